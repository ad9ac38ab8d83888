//! The mail's two forms.

use crate::{
    hostile::HOSTILE,
    html::elements,
    states::{self, text},
};
use report::{
    html::{
        figure::{Figure, ImageSource},
        table::Table,
    },
    mail::{Button, Link, Mail, RefusedLink, Rendered, Section},
};

fn mail(words: &str) -> Rendered {
    let rows = vec![vec![text(words), "1".to_owned()], vec![text("other"), "2".to_owned()]];
    let answer = states::Answer { schema: "Name:string Count:long".into(), rows };
    let mut table = Table::first(50);
    states::feed(&mut table, &answer);
    let services = states::answers::services(&["api-gateway", "checkout"]);
    let [wide, narrow] = states::both(&services, Some(&states::render("timechart")), &states::options(words));
    let figure = |picture, content_id| Figure { picture, source: ImageSource::ContentId(content_id) };
    let link = Link::parse("https://dataexplorer.azure.com/clusters/help/databases/Samples?query=a%26b&x=<y>")
        .expect("a link");
    let sections = vec![
        Section::chart(None, figure(&wide, "chart1@report"), Some(figure(&narrow, "chart1-narrow@report"))),
        Section {
            title: Some(words.to_owned()),
            html: table.finish(Some("report.csv")),
            text: "Name   Count\nother      2".into(),
        },
        Section::text(None, words),
    ];
    Mail {
        title: words.to_owned(),
        meta: format!("Fri 20 Nov 2026 06:00 UTC · {words}"),
        preheader: words.to_owned(),
        sections,
        button: Some(Button { label: words.to_owned(), link }),
        footer: words.to_owned(),
    }
    .render()
}

#[test]
fn both_forms() {
    let rendered = mail("Requests by service");
    insta::assert_snapshot!("html", rendered.html);
    insta::assert_snapshot!("text", rendered.text);
    assert!(rendered.html.len() < 80_000, "Gmail clips at about 102 kB");
}

#[test]
fn hostile_words_change_no_element() {
    let shape = |html: &str| -> Vec<(String, Vec<String>)> {
        let names = |element: &crate::html::Element| element.attributes.iter().map(|(name, _)| name.clone()).collect();
        elements(html).iter().map(|element| (element.name.clone(), names(element))).collect()
    };
    let expected = shape(&mail("Requests by service").html);
    for words in HOSTILE {
        let rendered = mail(words);
        assert_eq!(shape(&rendered.html), expected, "{words}");
        let heading = elements(&rendered.html).into_iter().find(|element| element.name == "h1").expect("a heading");
        assert_eq!(heading.text, words);
    }
}

#[test]
fn what_assistive_technology_needs() {
    let elements = elements(&mail("Requests by service").html);
    let has = |element: &crate::html::Element, name: &str, value: &str| {
        element.attributes.iter().any(|(key, found)| key == name && found == value)
    };
    let every = |name: &str, test: &dyn Fn(&crate::html::Element) -> bool| {
        let found: Vec<_> = elements.iter().filter(|element| element.name == name).collect();
        assert!(!found.is_empty() && found.into_iter().all(test), "{name}");
    };
    every("html", &|element| has(element, "lang", "en"));
    every("th", &|element| has(element, "scope", "col"));
    every("table", &|element| {
        has(element, "role", "presentation") || element.text.contains("Count") || element.text.contains("Series")
    });
    every("img", &|element| {
        element.attributes.iter().any(|(name, value)| name == "alt" && value.starts_with("Line chart"))
    });
    every("a", &|element| has(element, "rel", "noopener"));
    every("title", &|element| element.text == "Requests by service");
}

#[test]
fn only_links_of_the_web() {
    for refused in
        ["javascript:alert(1)", "data:text/html,x", "/relative", "", "ftp://host/x", "mailto:a@b.example", "https://"]
    {
        assert_eq!(Link::parse(refused), Err(RefusedLink), "{refused}");
    }
    assert_eq!(Link::parse("HTTPS://Host.example/a b").expect("a link").to_string(), "https://host.example/a%20b");
}
