//! Time, line, area and anomaly charts.

use crate::{
    chart::{
        arrangement::{Arrangement, height},
        chart_type::ChartType,
        header::{Header, PADDING},
        legend::Legend,
        lines::Lines,
        look::Look,
        palette::{Colour, NEUTRAL, SERIES},
        panel::Panel,
        sentence::{alt_text, said_anomalies, said_gaps, said_range, summaries},
        story::Story,
    },
    picture::Picture,
};

/// Columns of M4 in a logical pixel.
const COLUMNS_PER_PIXEL: f64 = 2.0;

/// Draws the lines: one plot for each of `lines`, or two of them in one plot with an axis on either side.
pub(crate) fn draw(kind: ChartType, mut lines: Vec<Lines<'_>>, look: &Look, mut story: Story) -> Picture {
    let arrangement = Arrangement::new(&lines, look.split);
    let names = names(&lines);
    let legend = arrangement.legend(&names, &lines, look.legend, story.width);
    let right = story.right() - legend.gutter(&names);
    let columns = (right - PADDING) * COLUMNS_PER_PIXEL;
    // A title of all measures names none of them.
    let own = Look { y_title: look.y_title.clone().filter(|_| lines.len() == 1), ..look.clone() };
    let mut panels: Vec<Panel> = lines.iter_mut().map(|lines| Panel::new(kind, lines, &own, columns)).collect();
    share_colours(&mut panels, &names);
    note(&mut story, &mut lines, &panels, look);

    let header = header(&panels, (arrangement, legend), look, &story);
    let plots = arrangement.plots(&panels, look, header.height(), right);
    let height = height(&plots, look);
    let alt_text = alt_text(&panels, &story);
    let picture = story.picture(&header, height, alt_text, |canvas| {
        arrangement.paint_axes(canvas, &panels, &plots);
        if let (Some(plot), Some(panel)) = (plots.last(), panels.last()) {
            plot.paint_x_axis(canvas, panel.range, &story.zone);
            look.x_title.iter().for_each(|title| plot.paint_x_title(canvas, panel.range, title));
        }
        for (panel, plot) in panels.iter().zip(&plots) {
            panel.paint(canvas, plot);
            if legend == Legend::Beside {
                panel.paint_names(canvas, plot);
            }
        }
    });
    Picture { series: summaries(&panels), ..picture }
}

/// The names of all series, each once.
fn names(lines: &[Lines<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in lines.iter().flat_map(|lines| &lines.names) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// In several plots a series has the same colour in each.
fn share_colours(panels: &mut [Panel], names: &[String]) {
    if panels.len() < 2 {
        return;
    }
    let colour = |name: &String| -> Colour {
        let index = names.iter().position(|other| other == name).unwrap_or(SERIES.len());
        SERIES.get(index).copied().unwrap_or(NEUTRAL)
    };
    for panel in panels {
        panel.colours = panel.names.iter().map(colour).collect();
        if let (true, Some(last)) = (panel.has_other, panel.colours.last_mut()) {
            *last = NEUTRAL;
        }
    }
}

/// Says what the picture does not show.
fn note(story: &mut Story, lines: &mut [Lines<'_>], panels: &[Panel], look: &Look) {
    for note in lines.iter_mut().flat_map(|lines| std::mem::take(&mut lines.notes)) {
        if !story.notes.contains(&note) {
            story.notes.push(note);
        }
    }
    story.notes.extend(said_gaps(panels, story));
    story.note_foreign(panels.iter().flat_map(|panel| &panel.names));
    if let Some(panel) = panels.iter().find(|panel| look.cuts(panel.value_range())) {
        story.note_cut(look, panel.value_range());
    }
}

fn header(panels: &[Panel], (arrangement, legend): (Arrangement, Legend), look: &Look, story: &Story) -> Header {
    let Some(first) = panels.first() else { return story.bare_header() };
    let title = match arrangement {
        Arrangement::One => first.measure.title.clone(),
        _ => look.y_title.clone().unwrap_or_default(),
    };
    let header = story.header(&[title, said_range(first.range, story), said_anomalies(panels)]);
    if legend != Legend::Above {
        return header;
    }
    let mut entries: Vec<(String, Colour)> = Vec::new();
    for (index, panel) in panels.iter().enumerate() {
        let side = match (arrangement, index) {
            (Arrangement::Axes, 0) => " (left)",
            (Arrangement::Axes, _) => " (right)",
            _ => "",
        };
        for entry in panel.names.iter().map(|name| format!("{name}{side}")).zip(panel.colours.iter().copied()) {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    let (names, colours): (Vec<String>, Vec<Colour>) = entries.into_iter().unzip();
    header.with_legend(&names, &colours)
}
