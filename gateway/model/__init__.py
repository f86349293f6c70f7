"""The canonical language: identifiers, values, codes and messages, as plain frozen records."""
