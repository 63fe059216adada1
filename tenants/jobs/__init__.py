"""The queue: jobs written in the caller's transaction, run in their commune by `manage.py run_jobs`.

A task is a function marked with `@task()` of django_tasks in a module named `tasks.py`;
`some_task.enqueue(key)` writes a job. Arguments are keys, never contents.
"""
