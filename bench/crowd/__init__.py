"""Load as at a deadline: enterprises file, machines ask, officials open pages, all at once; profiles after DEFRA's."""
