"""What words state of trading by themselves, whatever the talk is about."""
