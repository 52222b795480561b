"""An abstract interpreter of what statements read, bind and change, for plans."""
