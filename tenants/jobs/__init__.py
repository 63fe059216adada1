"""The queue: jobs written in the caller's transaction, each run in its commune by `run_jobs`.

A task is a function marked with `@task()` of django_tasks in a module named `tasks.py`;
`some_task.enqueue(key)` writes a job. Arguments are keys, never contents.
"""
