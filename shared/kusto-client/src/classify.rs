//! What a status or an error of the service means: its kind, and whether the request may be sent again.

use crate::error::ErrorKind;
use auth::http::HttpError;
use kusto_protocol::error::ServiceError;

/// What a failed response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: ErrorKind,
    pub(crate) again: Again,
    /// Whether the service certainly did not carry the request out.
    pub(crate) refused: bool,
}

/// Which requests may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Every request: nothing was carried out.
    Every,
    /// A request that only reads.
    Reading,
    /// No request: it would fail in the same way.
    None,
}

/// What a status other than 200 means, with the service's words where it sent any.
pub(crate) fn of_status(status: u16, service: &ServiceError) -> Verdict {
    let permanent = service.permanent;
    let refused = |kind| Verdict { kind, again: Again::None, refused: true };
    let failed = |again| Verdict { kind: ErrorKind::Unavailable, again, refused: false };
    match status {
        300..=399 => refused(ErrorKind::Redirect),
        401 => refused(ErrorKind::Unauthorized),
        403 => refused(ErrorKind::Forbidden),
        404 => refused(ErrorKind::NotFound),
        408 => failed(Again::None),
        413 => refused(ErrorKind::LimitExceeded),
        429 => Verdict { kind: ErrorKind::Throttled, again: Again::Every, refused: true },
        400..=499 => refused(of_service(service)),
        // `LimitsExceeded` arrives as not permanent, yet the same request meets it again.
        _ if service.is_limit_exceeded() => {
            Verdict { kind: ErrorKind::LimitExceeded, again: Again::None, refused: false }
        }
        // A permanent timeout is the service's own limit of time; sent again it would only take as long again.
        504 if permanent == Some(true) => {
            Verdict { kind: ErrorKind::LimitExceeded, again: Again::None, refused: false }
        }
        502..=504 if permanent != Some(true) => failed(Again::Reading),
        520 if permanent == Some(false) => failed(Again::Reading),
        520 if permanent == Some(true) => Verdict { refused: false, ..refused(of_service(service)) },
        500..=599 => failed(Again::None),
        _ => Verdict { kind: ErrorKind::BadAnswer, again: Again::None, refused: false },
    }
}

/// What it means that there was no answer at all.
pub(crate) fn of_transport(error: &HttpError) -> (ErrorKind, Again) {
    match error {
        HttpError::Name(_) | HttpError::Connect(_) | HttpError::Proxy(_) => (ErrorKind::Unreachable, Again::Every),
        // As happens to a kept connection that the other side gave up while the function was frozen.
        HttpError::Broken(_) => (ErrorKind::Unreachable, Again::Reading),
        HttpError::Tls(_) => (ErrorKind::Tls, Again::None),
        HttpError::PlainHttp => (ErrorKind::InvalidRequest, Again::None),
        HttpError::Late { .. } => (ErrorKind::Timeout, Again::None),
    }
}

/// The kind of an error that the service put into words.
pub(crate) fn of_service(service: &ServiceError) -> ErrorKind {
    if service.is_limit_exceeded() {
        return ErrorKind::LimitExceeded;
    }
    let not_found = ["NotFound", "NotExist"];
    if not_found.iter().any(|part| service.code.contains(part) || service.exception_type.contains(part)) {
        return ErrorKind::NotFound;
    }
    // A table that does not exist is a semantic error to the engine; of a column it says `column or scalar expression`.
    if service.inner_code == "SEM0100" && service.message.contains("resolve table") {
        return ErrorKind::NotFound;
    }
    ErrorKind::Query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_words_tell_what_is_missing_from_what_is_wrong() {
        for (code, inner_code, exception_type, message, kind) in [
            ("BadRequest_EntityNotFound", "", "", "", ErrorKind::NotFound),
            ("BadRequest_DatabaseNotExist", "", "", "", ErrorKind::NotFound),
            ("BadRequest", "", "Kusto.Data.Exceptions.EntityNotFoundException", "", ErrorKind::NotFound),
            (
                "BadRequest",
                "SEM0100",
                "",
                "Failed to resolve table or column expression named 'T'",
                ErrorKind::NotFound,
            ),
            ("BadRequest", "SEM0100", "", "Failed to resolve column or scalar expression named 'c'", ErrorKind::Query),
            ("BadRequest", "SYN0002", "", "the text 'NotFound' is not understood", ErrorKind::Query),
            ("LimitsExceeded", "80DA0003", "", "", ErrorKind::LimitExceeded),
            ("", "", "", "", ErrorKind::Query),
        ] {
            let text = |text: &str| text.to_owned();
            let service = ServiceError {
                code: text(code),
                inner_code: text(inner_code),
                exception_type: text(exception_type),
                message: text(message),
                ..ServiceError::default()
            };
            assert_eq!(of_service(&service), kind, "{service:?}");
        }
    }
}
