"""The queue: jobs written in the caller's transaction, each run in its commune by `run_jobs`.

Jobs of the fleet (`@task(queue_name=FLEET_QUEUE)`) belong to the centre; `run_fleet_jobs` runs them
as the owner's role, in a process of its own.

A task is a function marked with `@task()` of django_tasks in a module named `tasks.py`;
`some_task.enqueue(key)` writes a job. Arguments are keys, never contents.
"""
