"""What tests stand on: databases, ports, the loopback guard, and the gate of continuous integration."""
