"""Halfpenny Pay, a stand-in for a card company: it moves no money and keeps its ledger through kill -9.

    python -m deploy.local.provider --port P --dir DIR --callback-url URL --secret S
        [--merchant MyClothes] [--timeout-s 30] [--callback-window-s 600]

It listens on 127.0.0.1. Bodies are JSON, both ways (application/json; charset may follow). Money is integer cents.

AUTHORIZATION, the object in most answers; every member is always there:
    {"id": "auth_<24 hex>", "key": "<the Idempotency-Key it was made under>", "session": "sess_<32 hex>" | null,
     "status": "authorized" | "declined" | "requires_action" | "voided",
     "order_number": "K7QM-4X2D", "amount_cents": 8900, "currency": "EUR", "captured_cents": 0, "refunded_cents": 0,
     "decline_reason": null | "card_declined" | "authentication_refused",
     "action_url": null | "<page for the buyer, while requires_action>", "created": "2026-11-25T08:14:03Z"}
    A captured or refunded one stays "authorized"; the two sums tell how far it is.

POST calls need `Idempotency-Key` (1..128 printable ASCII, no blanks), else 400 key-missing. The same key, call and body
again: the first answer, byte for byte, with `Idempotency-Replayed: true`, and nothing happens twice. The same key with
another call or body: 422 key-reused. Only answers 200, 201 and 402 use a key up; after any other 4xx, or
503, nothing was done. After no answer, or 500, GET /operations tells.

POST /authorizations {"amount_cents": 1..99999999, "currency": "EUR", "order_number", "token", "return_url"?}
    201 AUTHORIZATION  status authorized, or requires_action (tok_3ds)
    402 AUTHORIZATION  status declined (tok_decline)
    tok_success · tok_decline · tok_slow (authorized at once, answers after 3 s) · tok_timeout (authorized at once,
    answers after --timeout-s) · tok_3ds (the buyer confirms on action_url, and is sent to return_url if there is one)
GET  /authorizations/{id}                       200 AUTHORIZATION as it is now · 404
POST /authorizations/{id}/capture {"amount_cents"?}   200 AUTHORIZATION. Default: all that is left. May be done in parts
POST /authorizations/{id}/void {}                     200 AUTHORIZATION. Only while nothing is captured. Also ends a
                                                      requires_action one
POST /authorizations/{id}/refund {"amount_cents"}     200 AUTHORIZATION. Up to captured - refunded; may be done in parts
    An empty body counts as {}. 404 not-found · 409 not-possible, with the reason in `detail`: a capture of what is not
    authorized or of more than is left, a void of what is captured, declined or voided, a refund of more than is
    captured.
POST /sessions {"amount_cents", "currency", "order_number", "return_url"}
    201 {"id": "sess_<32 hex>", "url": "http://127.0.0.1:P/pay/sess_…"}   the hosted page. It takes three cards at most;
    when the buyer is done (or gives up) it answers 303 to return_url, which comes back exactly as it was given.
GET  /operations?key=KEY
    200 {"key", "operation": "authorize" | "capture" | "void" | "refund" | "session",
         "status": "done" | "declined" | "pending", "authorization": AUTHORIZATION as it is now | null}
    404 not-found: the key was never used (whatever was sent with it has not happened).
    authorize: done, declined, or pending while requires_action. capture, void, refund: done.
    session: pending (authorization null) until the buyer paid; then done with the authorized one. declined, with the
    last declined one, after the third declined card or when the buyer goes back to the shop after a decline. Going
    back without having tried a card leaves it pending: the same url can still be paid.
GET  /charges[?order_number=][&limit=1..1000][&after=<id of a charge>]
    200 [{"id", "key", "order_number", "amount_cents", "captured_cents", "refunded_cents", "currency", "status"}]
    A row an authorization, declined ones too, oldest first. A session may leave several rows under its key, of which
    at most one is not declined. With limit, at most so many; with after, only those behind that one (404 if unknown):
    a large ledger is read page by page, until an empty one.

Faults are problem documents (RFC 9457, application/problem+json):
    {"type": "/problems/NAME", "title", "status", "detail", "errors": [{"field", "message"}]}
    400 unreadable (also a body over 64 KiB), key-missing · 404 not-found · 405 method-not-allowed · 409 not-possible ·
    415 unsupported-media-type · 422 validation (wrong, missing or unknown fields, one error each), key-reused ·
    503 unavailable with Retry-After

CALLBACKS: POST to --callback-url, content type application/json, for whatever way it came about:
    {"id": "evt_<24 hex>", "type": "authorization.succeeded" | "authorization.declined" | "capture.succeeded" |
             "void.succeeded" | "refund.succeeded" | "session.declined", "created": "2026-11-25T08:14:03Z",
     "data": {"order_number", "key": "<key of the operation: authorize, session, capture, …>",
              "session": "sess_…" | null, "authorization": "auth_…", "amount_cents": <of this operation>, "currency",
              "status": "<the authorization's>", "session_status": null | "done" | "declined" | "pending"}}
    session_status pending beside authorization.declined: the buyer may still try another card. session.declined comes
    when the buyer gives up after a decline; after the third decline it does not, authorization.declined says it.
    Header `Payment-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" under --secret>`, made anew for each
    try. Anything but 2xx within 5 s is tried again after 0.5 s, 1 s, 2 s … 30 s (with jitter) for --callback-window-s,
    also after a restart. At least once, in no certain order: dedupe by id. At most 10,000 wait.

Hosted pages: /pay/{session} and /confirm/{authorization}. Cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is
declined, 4000 0000 0000 3220 asks for confirmation (Confirm or Refuse); any coming expiry, any CVC of three digits.

For tests and resets:
    POST /faults {"down": n} the next n API calls get 503 and do nothing · {"eat_reply": n} the next n POST calls are
        carried out, then the connection is dropped · {"mute_callbacks": true | false} events that arise while muted
        are never sent. 200 {"down", "eat_reply", "mute_callbacks"}; GET /faults shows them. Forgotten on restart.
    POST /ledger {"charges": [1..300 rows as GET /charges shows them]} enters them as they are, with a settled authorize
        operation each; no callback is sent. 201 {"entered": n}; what is there already stays as it is.
    DELETE /ledger  204, everything is gone, faults are off, and no callback of before comes any more
    GET /livez  200 "ok"
"""
