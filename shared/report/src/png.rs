//! A picture as PNG: twice the logical size, opaque.

use crate::{fonts, picture::Picture};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, PixelDimensions, Unit};
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{self, Tree},
};
use std::borrow::Cow;

/// Device pixels a logical pixel.
const SCALE: f32 = 2.0;
/// 192 dots per inch, in dots per metre.
const DOTS_PER_METRE: u32 = 7_559;

/// Why a picture could not become a PNG.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The SVG is not one that `report` makes.
    #[error("the picture is not a drawing that can be rendered: {0}")]
    Svg(#[from] usvg::Error),
    /// The picture has no pixels or too many.
    #[error("the picture of {width} × {height} pixels cannot be rendered")]
    Size {
        /// Logical width.
        width: u32,
        /// Logical height.
        height: u32,
    },
    /// The encoder refused.
    #[error("the picture cannot be written as PNG: {0}")]
    Encoding(#[from] EncodingError),
}

/// `picture` as an opaque PNG of twice its logical size and 192 dpi.
///
/// # Errors
/// Where the picture is not one that `report` made, or is too large for a bitmap.
pub fn png(picture: &Picture) -> Result<Vec<u8>, PngError> {
    let options = usvg::Options { fontdb: fonts::database(), font_family: fonts::FAMILY.into(), ..Default::default() };
    let tree = Tree::from_str(&legible(&picture.svg), &options)?;
    let (width, height) = (picture.width * SCALE as u32, picture.height * SCALE as u32);
    let mut pixmap =
        Pixmap::new(width, height).ok_or(PngError::Size { width: picture.width, height: picture.height })?;
    // Opaque: a transparent chart is unreadable where a mail client darkens its ground.
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    encode(&pixmap)
}

/// The document with a question mark for every character that the fonts lack: resvg would leave it out.
fn legible(svg: &str) -> Cow<'_, str> {
    let is_foreign = |character: char| character != '\n' && !fonts::cover(character);
    if !svg.contains(is_foreign) {
        return svg.into();
    }
    let line = |line: &str| if line.starts_with("<text ") { line.replace(is_foreign, "?") } else { line.to_owned() };
    svg.lines().map(line).collect::<Vec<_>>().join("\n").into()
}

fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, PngError> {
    let rgb: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    // Large even areas compress better as they are: a third less than with the adaptive filter.
    encoder.set_filter(Filter::NoFilter);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: DOTS_PER_METRE, yppu: DOTS_PER_METRE, unit: Unit::Meter }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}
