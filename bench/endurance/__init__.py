"""What is left after faults: servers and workers killed, connections cut and late, PostgreSQL crashed, disks full."""
