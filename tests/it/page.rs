//! The page of the embedded Kusto, as a browser shows it.

use crate::chart::REQUESTS;
use tests::{
    chromium::{self, Appearance},
    kusto::Kusto,
    python,
};

/// `Requests | summarize Total=sum(Count) by Service | render barchart`, in a link.
const LINK: &str =
    "/?db=NetDefaultDB&query=Requests%0A%7C%20summarize%20Total%3Dsum(Count)%20by%20Service%0A%7C%20render%20barchart";

#[test]
fn a_query_is_shown_with_its_picture_in_every_window() {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    kusto.command(".set-or-append async Services <| Requests | distinct Service");
    let url = format!("{}{LINK}", kusto.url());
    for (name, size, appearance, page) in [
        ("page-wide-light", [1280, 1000], Appearance::Light, "#F2F4F7"),
        ("page-wide-dark", [1280, 1000], Appearance::Dark, "#14171C"),
        ("page-narrow-light", [390, 1600], Appearance::Light, "#F2F4F7"),
        ("page-narrow-dark", [390, 1600], Appearance::Dark, "#14171C"),
    ] {
        let picture = chromium::screenshot_of(&url, name, size, appearance);
        // The style and the picture are there, so the page's own policy lets them in: the bars have the first colour of the palette.
        let image = python::run("check_image.py", &[picture.as_os_str(), page.as_ref(), "#0072B2".as_ref()]);
        for colour in [page, "#0072B2"] {
            assert!(image["pixels"][colour].as_u64().unwrap() > 1000, "{name} {colour}: {image}");
        }
    }
}
