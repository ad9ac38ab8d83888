//! What a status or an error of the service means: its kind, and whether the request may be sent again.

use crate::error::ErrorKind;
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
pub(crate) fn of_status(status: u16, service: Option<&ServiceError>) -> Verdict {
    let permanent = service.and_then(|service| service.permanent);
    let limit = service.is_some_and(is_limit);
    let refused = |kind| Verdict { kind, again: Again::None, refused: true };
    let failed = |again| Verdict { kind: ErrorKind::Unavailable, again, refused: false };
    match status {
        300..=399 => refused(ErrorKind::Redirect),
        401 => refused(ErrorKind::Unauthorized),
        403 => refused(ErrorKind::Forbidden),
        404 => refused(ErrorKind::NotFound),
        408 => Verdict { kind: ErrorKind::Timeout, again: Again::None, refused: false },
        413 => refused(ErrorKind::LimitExceeded),
        429 => Verdict { kind: ErrorKind::Throttled, again: Again::Every, refused: true },
        400..=499 => refused(service.map_or(ErrorKind::Query, of_service)),
        _ if limit => Verdict { kind: ErrorKind::LimitExceeded, again: Again::None, refused: false },
        // A permanent timeout is the service's own limit of time; sent again it would only take as long again.
        504 if permanent == Some(true) => {
            Verdict { kind: ErrorKind::LimitExceeded, again: Again::None, refused: false }
        }
        502..=504 if permanent != Some(true) => failed(Again::Reading),
        520 if permanent == Some(false) => failed(Again::Reading),
        520 if permanent == Some(true) => {
            Verdict { refused: false, ..refused(service.map_or(ErrorKind::Query, of_service)) }
        }
        500..=599 => failed(Again::None),
        _ => Verdict { kind: ErrorKind::BadAnswer, again: Again::None, refused: false },
    }
}

/// The kind of an error that the service put into words.
pub(crate) fn of_service(service: &ServiceError) -> ErrorKind {
    if is_limit(service) {
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

/// Whether a limit of the service is the cause. `LimitsExceeded` arrives as not permanent, yet the same request meets it again.
pub(crate) fn is_limit(service: &ServiceError) -> bool {
    let codes = ["LimitsExceeded", "E_QUERY_RESULT_SET_TOO_LARGE", "E_RUNAWAY_QUERY", "80DA0003", "80DA0001"];
    let says = |text: &str| codes.iter().any(|code| text.contains(code));
    says(&service.code) || says(&service.inner_code) || says(&service.message)
}
