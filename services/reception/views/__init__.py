"""Pages of the hall: for officials, for citizens, and for the devices that stand there."""
