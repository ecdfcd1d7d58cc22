"""What the audit says of supervision."""

EVENTS = {
    "session.recorded": "planned a supervision session",
    "supervision.held": "recorded the supervision session",
    "supervision.cancelled": "cancelled the supervision session",
    "supervision.moved": "moved the supervision session",
}
