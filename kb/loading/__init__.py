"""From YAML files to a checked KnowledgeBase, every mistake named."""
