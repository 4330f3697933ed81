//! The body of a push, piece by piece: from a task that waits for it to a reader that blocks. Next: [`super::pushes`].

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use tokio::sync::mpsc;

use crate::error::Problem;
use crate::push::body::BodyError;

/// Pieces of a body that wait to be read.
pub const WAITING: usize = 8;

/// Hands the body on piece by piece, as fast as it is read; ends when nobody reads any more.
pub async fn feed(mut body: Body, pieces: mpsc::Sender<io::Result<Bytes>>) {
    while let Some(frame) = body.frame().await {
        let piece = match frame {
            Ok(frame) => match frame.into_data() {
                Ok(piece) => Ok(piece),
                Err(_) => continue,
            },
            Err(error) => Err(io::Error::other(error)),
        };
        let broken = piece.is_err();
        if pieces.send(piece).await.is_err() || broken {
            return;
        }
    }
}

/// The body for a reader that blocks, held to a size.
pub struct Pieces {
    waiting: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
    limit: usize,
    left: usize,
}

impl Pieces {
    pub fn new(waiting: mpsc::Receiver<io::Result<Bytes>>, limit: usize) -> Pieces {
        Pieces { waiting, piece: Bytes::new(), limit, left: limit }
    }

    /// What an end of the reading is to the caller.
    pub fn problem(&self, error: BodyError) -> Problem {
        match error {
            BodyError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Problem::TooLarge(self.limit),
            BodyError::Io(error) => Problem::Body(error.to_string()),
            BodyError::Form(why) => Problem::Body(why),
            BodyError::TooMany(most) => Problem::TooMany(most),
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.waiting.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
            match self.left.checked_sub(self.piece.len()) {
                Some(left) => self.left = left,
                None => return Err(io::ErrorKind::FileTooLarge.into()),
            }
        }
        let length = buffer.len().min(self.piece.len());
        let taken = self.piece.split_to(length);
        buffer.iter_mut().zip(taken).for_each(|(place, byte)| *place = byte);
        Ok(length)
    }
}
