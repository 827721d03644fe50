namespace versori::emit {}
