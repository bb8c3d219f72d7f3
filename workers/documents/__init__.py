"""The papers and letters of an order: the invoice as PDF, the mails with it. Pure: data in, bytes or message out."""
