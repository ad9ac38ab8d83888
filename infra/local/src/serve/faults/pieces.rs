//! A body that is sent in pieces.

use super::fault::Pause;
use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;

/// A body of these bytes that halts where `pause` says, and fails after `cut_at` bytes.
pub(super) fn body(bytes: Bytes, pause: Option<Pause>, cut_at: Option<usize>) -> Pieces {
    let (sender, receiver) = channel(1);
    tokio::spawn(send(sender, bytes, pause, cut_at));
    Pieces(receiver)
}

/// The pieces as they come.
pub(super) struct Pieces(Receiver<io::Result<Bytes>>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// Sends the pieces. Whoever closes the connection ends this too, at the next piece.
async fn send(sender: Sender<io::Result<Bytes>>, mut bytes: Bytes, pause: Option<Pause>, cut_at: Option<usize>) {
    if let Some(cut_at) = cut_at {
        bytes.truncate(cut_at);
    }
    if let Some(pause) = pause {
        let rest = bytes.split_off(pause.at.min(bytes.len()));
        if sender.send(Ok(bytes)).await.is_err() {
            return;
        }
        sleep(pause.duration()).await;
        bytes = rest;
    }
    let sent = sender.send(Ok(bytes)).await;
    if cut_at.is_some() && sent.is_ok() {
        // Nobody is left to tell where this fails.
        let _ = sender.send(Err(io::Error::other("a test asked for this end"))).await;
    }
}
