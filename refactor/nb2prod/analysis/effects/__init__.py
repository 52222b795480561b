"""An abstract interpreter of the effects of statements: what they read, bind and change."""
