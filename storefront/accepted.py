"""What a client takes."""


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header lets us pack the answer."""
    codings = [coding.replace(" ", "").lower() for coding in accepted.split(",")]
    return any(coding.split(";")[0] == "gzip" and not _is_refused(coding) for coding in codings)


def _is_refused(coding: str) -> bool:
    _, _, weight = coding.partition(";q=")
    return bool(weight) and not weight.strip("0.")
