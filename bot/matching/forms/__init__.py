"""How words inflect, by rule: Russian, Kazakh, English, and across scripts."""
