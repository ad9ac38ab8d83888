//! Item 14: resvg's picture beside Chromium's of the same SVG.

use crate::rubric::{Judged, Score};
use std::{error::Error, fs, io::Cursor, path::Path, process::Command};

/// Pictures on a page: Chromium draws no page of any height.
const ON_A_PAGE: usize = 12;
const WIDTH: usize = 1360;
/// The least structural similarity of a picture, and the most of its pixels that may differ by more than an eighth.
const SIMILAR: f64 = 0.97;
const DIFFERENT: f64 = 0.01;
const EIGHTH: i32 = 32;
/// The side of a window of structural similarity.
const WINDOW: usize = 8;

/// Lets Chromium draw every picture with the same fonts, and compares.
pub(crate) fn score(pictures: &[Judged], folder: &Path, chromium: &str) -> Result<Score, Box<dyn Error>> {
    let mut score = Score::default();
    let (mut least, mut most) = (1.0_f64, 0.0_f64);
    // Letters that the fonts lack are the browser's own.
    let is_comparable = |judged: &&Judged| judged.picture.width * 2 == WIDTH as u32 && judged.name != "hostile";
    let comparable: Vec<&Judged> = pictures.iter().filter(is_comparable).collect();
    for (number, page) in comparable.chunks(ON_A_PAGE).enumerate() {
        let theirs = screenshot(page, &folder.join("fidelity"), number, chromium)?;
        let mut top = 0;
        for Judged { name, picture, .. } in page {
            let ours = grey(&report::png::png(picture)?)?;
            let part = theirs.get(top..top + ours.len()).ok_or("Chromium's page is too short")?;
            let (similar, different) = (similarity(&ours, part), difference(&ours, part));
            (least, most) = (least.min(similar), most.max(different));
            score.look(similar >= SIMILAR && different <= DIFFERENT, || {
                format!("{name}: similarity {similar:.3}, {:.2} % of the pixels differ", different * 100.0)
            });
            top += ours.len();
        }
    }
    score.figure = format!("least similarity {least:.3}, at most {:.2} % of the pixels differ", most * 100.0);
    Ok(score)
}

/// Rows of grey pixels of the pictures under each other as Chromium draws them.
fn screenshot(page: &[&Judged], folder: &Path, number: usize, chromium: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let fonts = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts")).canonicalize()?;
    let face = |file: &str, weight: u32| {
        format!("@font-face{{font-family:Inter;font-weight:{weight};src:url('file://{}')}}", fonts.join(file).display())
    };
    let mut html = format!(
        "<!doctype html><meta charset=utf-8><style>{}{}body{{margin:0}}svg{{display:block}}</style>",
        face("Inter-Regular.subset.otf", 400),
        face("Inter-SemiBold.subset.otf", 600)
    );
    page.iter().for_each(|judged| html.push_str(&judged.picture.svg));
    let height: u32 = page.iter().map(|judged| judged.picture.height).sum();
    let (source, image) = (folder.join(format!("{number}.html")), folder.join(format!("{number}.png")));
    fs::write(&source, html)?;
    let status = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-lcd-text"])
        .args(["--allow-file-access-from-files", "--force-device-scale-factor=2", "--font-render-hinting=none"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--screenshot={}", image.display()))
        .arg(format!("--window-size=680,{height}"))
        .arg(&source)
        .output()?
        .status;
    if !status.success() {
        return Err(format!("{chromium} ended with {status}").into());
    }
    grey(&fs::read(image)?)
}

/// The rows of a PNG as grey values.
fn grey(png: &[u8]) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("a PNG too large")?];
    let info = reader.next_frame(&mut pixels)?;
    let channels = info.color_type.samples();
    let brightness = |pixel: &[u8]| {
        let [red, green, blue] = [0, 1, 2].map(|i| u32::from(pixel[i]));
        ((red * 299 + green * 587 + blue * 114) / 1000) as u8
    };
    let row = |row: &[u8]| row.chunks_exact(channels).take(WIDTH).map(brightness).collect();
    Ok(pixels.chunks_exact(info.line_size).map(row).collect())
}

/// The part of the pixels that differ by more than an eighth.
fn difference(one: &[Vec<u8>], other: &[Vec<u8>]) -> f64 {
    let pairs = || one.iter().flatten().zip(other.iter().flatten());
    let different = pairs().filter(|(a, b)| (i32::from(**a) - i32::from(**b)).abs() > EIGHTH).count();
    different as f64 / pairs().count().max(1) as f64
}

/// Structural similarity (Wang et al. 2004): the mean over windows of 8 by 8 pixels.
fn similarity(one: &[Vec<u8>], other: &[Vec<u8>]) -> f64 {
    let (mut sum, mut windows) = (0.0, 0.0);
    for top in (0..one.len().saturating_sub(WINDOW)).step_by(WINDOW) {
        for left in (0..WIDTH - WINDOW).step_by(WINDOW) {
            let window = |image: &[Vec<u8>]| -> Vec<f64> {
                image[top..top + WINDOW]
                    .iter()
                    .flat_map(|row| row[left..left + WINDOW].iter().map(|p| f64::from(*p)))
                    .collect()
            };
            sum += similar(&window(one), &window(other));
            windows += 1.0;
        }
    }
    sum / f64::max(windows, 1.0)
}

fn similar(one: &[f64], other: &[f64]) -> f64 {
    let count = one.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let covariance = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| {
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / (count - 1.0)
    };
    let both = covariance(one, mean_one, other, mean_other);
    let spread = covariance(one, mean_one, one, mean_one) + covariance(other, mean_other, other, mean_other);
    let (light, contrast) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    (2.0 * mean_one * mean_other + light) * (2.0 * both + contrast)
        / ((mean_one.powi(2) + mean_other.powi(2) + light) * (spread + contrast))
}
