//! Claim check: a reply that is too large for its channel goes to the store, and a reference travels in its place.

use crate::{
    context::Context,
    error::ActionError,
    invocation::Channel,
    reply::{Outgoing, Reply, too_large, whole},
    stored::keep,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, value::RawValue};
use std::collections::BTreeMap;
use store::{envelope::Owner, reference::Reference, spool::Spool, store::Store};

/// The fields of replies that are the result itself: they are in the store, where a reference stands.
const CONTENT: [&str; 8] =
    ["value", "tables", "content", "body", "bodyHtml", "bodyText", "attachmentContent", "attachments"];

/// The fields of a JSON object, as they are written.
type Fields = BTreeMap<String, Box<RawValue>>;

/// `reply` as it goes out: itself where the channel can carry it, else by reference.
pub(crate) async fn outgoing<C>(reply: Reply, context: &Context<C>) -> Result<Outgoing, ActionError> {
    let channel = context.invocation.channel;
    let size = reply.size(channel);
    if size <= channel.reply_limit() && !matches!(reply, Reply::Spooled { .. }) {
        return Outgoing::reply(reply, channel);
    }
    let store = context.store.as_ref().ok_or_else(|| too_large(channel, Some(size)))?;
    let counter = Counter { store, owner: context.invocation.caller.owner() };
    let by_reference = match reply {
        Reply::Json(json) => match counter.attachments_by_url(&json, size, channel).await? {
            Some(reply) => return Outgoing::reply(reply, channel),
            None => counter.json(json).await?,
        },
        Reply::Content { content_type, content, rest } => {
            counter.leave(content_type, Spool::of(content), fields(&rest)).await?
        }
        Reply::Spooled { content_type, content, rest } => {
            counter.leave(content_type, whole(content_type, content, &rest)?, fields(&rest)).await?
        }
        // A stored result that is too large is for its action to hand on by URL.
        Reply::Stored { .. } => return Err(too_large(channel, Some(size))),
    };
    fitting(by_reference, channel)
}

/// Where things are left for their owner.
struct Counter<'a> {
    store: &'a Store,
    owner: Owner,
}

impl Counter<'_> {
    /// A JSON reply of `size` bytes with its attachments by URL, where the rest fits then.
    async fn attachments_by_url(
        &self,
        json: &str,
        size: usize,
        channel: Channel,
    ) -> Result<Option<Reply>, ActionError> {
        let mut reply: Fields = serde_json::from_str(json).map_err(|_| ActionError::internal())?;
        let attachments =
            reply.get("attachments").and_then(|list| serde_json::from_str::<Vec<Fields>>(list.get()).ok());
        let attachments = attachments.unwrap_or_default();
        let in_them: usize = attachments.iter().filter_map(|file| Some(file.get("content")?.get().len())).sum();
        if in_them == 0 || size.saturating_sub(in_them) > channel.reply_limit() {
            return Ok(None);
        }
        reply.insert("attachments".to_owned(), raw(&self.by_url(attachments).await?)?);
        let reply = Reply::json(&reply);
        Ok(reply.fits(channel).then_some(reply))
    }

    /// A JSON reply by reference.
    async fn json(&self, json: String) -> Result<Fields, ActionError> {
        let mut reply: Fields = serde_json::from_str(&json).map_err(|_| ActionError::internal())?;
        reply.retain(|name, _| !CONTENT.contains(&name.as_str()));
        self.leave("application/json", Spool::of(json.into_bytes()), reply).await
    }

    async fn by_url(&self, mut attachments: Vec<Fields>) -> Result<Vec<Fields>, ActionError> {
        for file in &mut attachments {
            let Some(content) = text(file, "content") else { continue };
            let content = BASE64_STANDARD.decode(content).map_err(|_| ActionError::internal())?;
            let content_type = text(file, "contentType").unwrap_or_default();
            let reference = self.put(&content_type, &mut Spool::of(content)).await?;
            file.remove("content");
            file.insert("url".to_owned(), raw(&reference.to_string())?);
        }
        Ok(attachments)
    }

    /// Leaves a document, and says of it what `rest` does and where it is.
    async fn leave(&self, content_type: &str, mut content: Spool, mut rest: Fields) -> Result<Fields, ActionError> {
        let reference = self.put(content_type, &mut content).await?;
        rest.insert("resultUrl".to_owned(), raw(&reference.to_string())?);
        rest.insert("resultBytes".to_owned(), raw(&content.len())?);
        rest.insert("contentType".to_owned(), raw(content_type)?);
        Ok(rest)
    }

    async fn put(&self, content_type: &str, content: &mut Spool) -> Result<Reference, ActionError> {
        keep(self.store, self.owner, content_type, content).await
    }
}

/// The reply, without the largest of what is said of the result where that does not fit either: it is in the store too.
fn fitting(mut fields: Fields, channel: Channel) -> Result<Outgoing, ActionError> {
    loop {
        let reply = Reply::json(&fields);
        let size = reply.size(channel);
        if size <= channel.reply_limit() {
            return Outgoing::reply(reply, channel);
        }
        let largest = fields.iter().filter(|(name, _)| *name != "resultUrl");
        let Some(name) = largest.max_by_key(|(_, value)| value.get().len()).map(|(name, _)| name.clone()) else {
            return Err(too_large(channel, Some(size)));
        };
        fields.remove(&name);
    }
}

fn fields(rest: &Map<String, Value>) -> Fields {
    rest.iter().filter_map(|(name, value)| Some((name.clone(), raw(value).ok()?))).collect()
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

fn raw(value: &(impl serde::Serialize + ?Sized)) -> Result<Box<RawValue>, ActionError> {
    serde_json::value::to_raw_value(value).map_err(|_| ActionError::internal())
}
