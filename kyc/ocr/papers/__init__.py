"""What each kind of paper says and where: its labels, its forms, its doubts."""
