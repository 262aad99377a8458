"""What a sales manager works with: targets and what was reached, ranking, load, who was not
contacted for long."""
