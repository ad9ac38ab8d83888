//! A whole answer as it came over the wire, drawn as its `render` asks.

use crate::{
    chart::{Chart, ChartOptions},
    picture::{Picture, Width},
};
use kusto_protocol::{decoder::Decoder, error::DecodeError};

/// A picture of each of these widths; none where the answer has no `render`.
///
/// # Errors
/// Where the bytes are no complete answer, or are one of a failed query or of more than a chart has room for.
pub fn pictures<const N: usize>(
    answer: &[u8],
    options: &ChartOptions,
    widths: [Width; N],
) -> Result<Option<[Picture; N]>, DecodeError> {
    let mut chart = Chart::default();
    let mut decoder = Decoder::new(&mut chart);
    decoder.feed(answer)?;
    let completion = decoder.finish()?;
    let asked = completion.tables.first().and_then(|table| table.visualization.as_ref());
    Ok(asked.map(|asked| chart.finish(Some(asked), options, widths)))
}
