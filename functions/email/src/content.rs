//! What a mail shows: the body and the sections of a request as HTML and text, with their images and files.

use crate::{
    file::{File, MOST_FILES},
    html,
    images::{Brought, Images, Inline},
    media_type::MediaType,
    names::{distinct_name, safe_name},
    reply::{Reply, ReplyAttachment},
    request::{Attachment, Content, Link, OnEmpty, Request},
    table::Tables,
};
use report::{
    html::{Html, table::MAX_MAIL_BYTES},
    mail::{self, Button, Mail, Section},
};
use runtime::error::ActionError;

/// What stands in place of an empty result.
const NO_ROWS: &str = "No rows.";

/// What stands below a result that was cut.
const TRUNCATED: &str = "The result was cut: there are more rows than these.";

/// The words on the button, where the request has none.
const OPEN_QUERY: &str = "Open in Azure Data Explorer";
const OPEN_LINK: &str = "Open";

/// The most characters of what mail programs show beside the subject.
const LONGEST_PREHEADER: usize = 150;

/// Bytes of the template around the sections.
const FRAME: usize = 5_000;

/// What a mail says beside what its request has to show.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// Goes into the content ids.
    pub mark: &'a str,
    /// The heading.
    pub title: &'a str,
    /// The line below the heading.
    pub meta: String,
    /// The last line.
    pub footer: String,
}

/// The body of a mail and what goes with it.
#[derive(Debug)]
pub struct Shown {
    /// The HTML document.
    pub html: String,
    /// The same as plain text.
    pub text: String,
    /// The images of the HTML.
    pub images: Vec<Inline>,
    /// The files beside it, no two of the same name.
    pub attachments: Vec<File>,
}

/// Shows what `request` has to show.
///
/// # Errors
/// For nothing to show, and for what cannot be shown; the sentence names the section.
pub fn show(request: &Request, surroundings: Surroundings<'_>) -> Result<Shown, ActionError> {
    let mut gathered = Gathered {
        images: Images::new(surroundings.mark),
        files: Vec::new(),
        brought: attachments(&request.attachments)?,
        room: room(request),
    };
    let body = request.body.as_deref().filter(|body| !body.trim().is_empty());
    let body = body.map(|body| gathered.given("the body", None, body)).transpose()?;
    let (html, text) = match body {
        None if request.sections.is_empty() => {
            return Err(ActionError::bad_request("the mail shows nothing: give Body or sections"));
        }
        Some(body) if request.sections.is_empty() && request.title.is_none() && request.link.is_none() => {
            (body.html.into_string(), body.text)
        }
        body => {
            let rendered = report(request, surroundings, body, &mut gathered)?.render();
            (rendered.html, rendered.text)
        }
    };
    let (images, attachments) = gathered.finish()?;
    Ok(Shown { html, text, images, attachments })
}

/// The body and the sections under a heading.
fn report(
    request: &Request,
    surroundings: Surroundings<'_>,
    body: Option<Section>,
    gathered: &mut Gathered,
) -> Result<Mail, ActionError> {
    let mut sections: Vec<Section> = body.into_iter().collect();
    for (index, section) in request.sections.iter().enumerate() {
        let place = format!("section {}", index + 1);
        sections.push(gathered.section(&place, section.title.clone(), &section.content, request.on_empty)?);
    }
    Ok(Mail {
        title: surroundings.title.to_owned(),
        preheader: preheader(request).unwrap_or_else(|| surroundings.meta.clone()),
        meta: surroundings.meta,
        sections,
        button: button(request)?,
        footer: surroundings.footer,
    })
}

/// What each table of rows may have of the bytes after which Gmail clips a mail: an equal share of what the rest leaves. Images are
/// parts of their own, and do not count.
fn room(request: &Request) -> usize {
    let (mut tables, mut rest) = (0, FRAME + request.body.as_deref().map_or(0, html::length_without_images));
    for section in &request.sections {
        match &section.content {
            Content::Text(text) => rest += text.len(),
            Content::Html(html) => rest += html::length_without_images(html),
            Content::Result(reply) => match &reply.body_html {
                Some(html) => rest += html::length_without_images(html),
                None => tables += 1,
            },
        }
    }
    MAX_MAIL_BYTES.saturating_sub(rest) / tables.max(1)
}

/// The first sentence that the mail has: of a text, or of a chart.
fn preheader(request: &Request) -> Option<String> {
    let text = request.sections.iter().find_map(|section| match &section.content {
        Content::Text(text) => Some(text),
        Content::Result(reply) => reply.body_text.as_ref(),
        Content::Html(_) => None,
    });
    let line = text?.lines().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(LONGEST_PREHEADER).collect())
}

/// The button that `link` asks for, or else one to where the first result can be opened.
fn button(request: &Request) -> Result<Option<Button>, ActionError> {
    let (label, url) = match &request.link {
        Some(Link::Labelled { url, text }) => (text.as_str(), url),
        Some(Link::Url(url)) => (OPEN_LINK, url),
        None => return Ok(deep_link(request).map(|link| Button { label: OPEN_QUERY.to_owned(), link })),
    };
    let link = mail::Link::parse(url).map_err(|_| {
        ActionError::bad_request("a link must be an https:// or http:// URL: mail programs open nothing else safely")
    })?;
    Ok(Some(Button { label: label.to_owned(), link }))
}

/// Where the first result that tells can be opened. It is no reason to send no mail that a reply has none that can be opened.
fn deep_link(request: &Request) -> Option<mail::Link> {
    request.sections.iter().find_map(|section| match &section.content {
        Content::Result(reply) => mail::Link::parse(reply.kusto_deep_link.as_deref()?).ok(),
        Content::Html(_) | Content::Text(_) => None,
    })
}

fn attachments(attachments: &[Attachment]) -> Result<Vec<Brought>, ActionError> {
    let brought = |attachment: &Attachment| {
        let content = attachment.content_bytes.as_deref().ok_or_else(|| no_content(&attachment.name))?;
        let file = File::decode(&attachment.name, content, attachment.content_type.as_deref())?;
        Ok(Brought { content_id: attachment.content_id.clone(), file })
    };
    attachments.iter().map(brought).collect()
}

/// What comes together while the sections are made.
struct Gathered {
    images: Images,
    files: Vec<File>,
    /// The attachments of the request that are not shown as images so far.
    brought: Vec<Brought>,
    /// Bytes of HTML that each table of rows may have.
    room: usize,
}

impl Gathered {
    /// The images, and the files with the attachments of the request that no HTML shows.
    fn finish(mut self) -> Result<(Vec<Inline>, Vec<File>), ActionError> {
        for brought in std::mem::take(&mut self.brought) {
            self.attach(brought.file)?;
        }
        Ok((self.images.into_parts(), self.files))
    }

    /// Attaches `file` under a name that no other has, which is returned.
    fn attach(&mut self, file: File) -> Result<String, ActionError> {
        if self.files.len() == MOST_FILES {
            let reason = format!("the mail has more than {MOST_FILES} attachments: put them into one file");
            return Err(ActionError::bad_request(reason));
        }
        let taken: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let name = distinct_name(file.name, &taken);
        self.files.push(File { name: name.clone(), ..file });
        Ok(name)
    }

    fn section(
        &mut self,
        place: &str,
        title: Option<String>,
        content: &Content,
        on_empty: OnEmpty,
    ) -> Result<Section, ActionError> {
        match content {
            Content::Text(text) => Ok(Section::text(title, text)),
            Content::Html(html) => self.given(place, title, html),
            Content::Result(reply) => {
                let title = title.or_else(|| reply.title.clone());
                if on_empty == OnEmpty::Note && reply.rows() == Some(0) {
                    return Ok(Section::text(title, NO_ROWS));
                }
                let section = self.result(place, title, reply)?;
                Ok(if reply.is_truncated() { truncated(section) } else { section })
            }
        }
    }

    /// HTML of the request.
    fn given(&mut self, place: &str, title: Option<String>, html: &str) -> Result<Section, ActionError> {
        let html = self.images.take_in(place, html, &mut self.brought)?;
        Ok(Section { title, text: html::text(&html), html: Html::as_given(html) })
    }

    /// A chart or table, and the files that come with it.
    fn result(&mut self, place: &str, title: Option<String>, reply: &Reply) -> Result<Section, ActionError> {
        let mut brought = files(reply)?;
        let section = match (&reply.body_html, &reply.value) {
            (Some(html), _) => {
                let html = self.images.take_in(place, html, &mut brought)?;
                let text = reply.body_text.clone().unwrap_or_else(|| html::text(&html));
                Section { title, html: Html::as_given(html), text }
            }
            (None, Some(_)) => self.tables(title, reply)?,
            (None, None) => return Err(nothing_in(place)),
        };
        for Brought { file, .. } in brought {
            if !self.images.shows(&file) {
                self.attach(file)?;
            }
        }
        Ok(section)
    }

    fn tables(&mut self, title: Option<String>, reply: &Reply) -> Result<Section, ActionError> {
        let tables = Tables::new(reply, self.room)?;
        let media_type = MediaType::from_content_type("text/csv");
        let name = safe_name(title.as_deref().unwrap_or("rows"), media_type);
        let attached_as = match tables.csv()? {
            Some(content) => Some(self.attach(File { name, media_type, content })?),
            None => None,
        };
        let (html, text) = tables.finish(attached_as.as_deref());
        Ok(Section { title, html, text })
    }
}

fn truncated(section: Section) -> Section {
    Section {
        title: section.title,
        html: Html::joined([section.html, Html::paragraph(TRUNCATED)]),
        text: format!("{}\n\n{TRUNCATED}", section.text.trim_end()),
    }
}

/// The files of a reply: our `attachments`, and the one file that the connector's replies have.
fn files(reply: &Reply) -> Result<Vec<Brought>, ActionError> {
    let mut brought = Vec::new();
    for ReplyAttachment { name, content_type, content_id, content, .. } in &reply.attachments {
        let content = content.as_deref().ok_or_else(|| no_content(name))?;
        let file = File::decode(name, content, Some(content_type))?;
        brought.push(Brought { content_id: content_id.clone(), file });
    }
    if let (Some(name), Some(content)) = (&reply.attachment_name, &reply.attachment_content) {
        let file = File::decode(name, content, None)?;
        if brought.iter().all(|known| known.file.content != file.content) {
            brought.push(Brought { content_id: None, file });
        }
    }
    Ok(brought)
}

fn nothing_in(place: &str) -> ActionError {
    ActionError::bad_request(format!(
        "the result of {place} is neither rows (`value`) nor a chart (`bodyHtml`): give the reply of a query or chart action as it is"
    ))
}

fn no_content(name: &str) -> ActionError {
    let shown: String = name.chars().take(100).collect();
    ActionError::bad_request(format!(
        "the attachment {shown:?} has no content: give its bytes in base64, or its url in the store"
    ))
}
