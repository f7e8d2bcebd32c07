"""WHO IS TOLD AND HOW (通知): the catalogue, the words, the channels, dispatch and the morning digest."""
