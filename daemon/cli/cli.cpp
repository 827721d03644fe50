namespace versori::cli {}
