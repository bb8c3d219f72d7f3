"""Pillarbox, a stand-in for the mail of the world: it takes every mail, delivers none, and shows what it took.

    python -m deploy.local.mailbox --port P --smtp-port S --dir DIR

SMTP listens on 127.0.0.1:S. A mail is on the disk before the "250 2.0.0 kept as <id>"; ids sort by time of arrival.
The page and this JSON are on 127.0.0.1:P:

GET /api/messages?to=&message_id=&limit=&before=
    200 [{"id", "to": ["a@example.com"], "from", "subject", "date": "2026-11-25T08:14:03Z", "text", "html",
          "headers": {"Message-ID": "<receipt.K7QM-4X2D.1@example.com>", …},
          "attachments": [{"filename", "content_type", "size", "url": "/messages/ID/attachments/0"}]}], newest first.
    to: an address the mail was delivered to, upper and lower case alike · message_id: with its angle brackets ·
    limit: 1..1000, 100 if not said · before: an id; only what came before it (the way to the next hundred).
    `to` lists the addresses of the envelope; `date` is when it arrived; text and html are "" when there is no such
    part; headers are decoded, a repeated one joins its values by line feeds; size is in decoded bytes.
GET /messages/{id}                      the mail as a page · /messages/{id}/raw  as it came
GET /messages/{id}/attachments/{n}      the attachment; with ?download=1 it is saved instead of shown
DELETE /api/messages                    204, the box is empty, faults are off
GET /livez                              200 "ok"

For tests, forgotten on restart:
POST /api/faults {"refuse": n} the next n deliveries get 451 and are not kept · {"eat_reply": n} the next n are kept,
    then the connection is dropped without a reply. 200 {"refuse", "eat_reply"}; GET /api/faults shows them.
"""
