//! Processes that this one started, and those that they started.

use std::time::Duration;
use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal, System};
use tokio::{process::Child, time::timeout};

/// How long a process has to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `child` to end, and kills what is left of it and of its descendants.
pub(crate) async fn end(mut child: Child) {
    let family = child.id().map(family).unwrap_or_default();
    if let Some(parent) = family.first() {
        signal(&[*parent], Signal::Term);
        let _ = timeout(PATIENCE, child.wait()).await;
    }
    signal(&family, Signal::Kill);
    let _ = child.wait().await;
}

/// A process, told from a later one of the same number by when it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Member {
    pid: Pid,
    start_time: u64,
}

/// The process and every process below it, parents first.
fn family(pid: u32) -> Vec<Member> {
    let Some(processes) = processes(ProcessesToUpdate::All) else { return Vec::new() };
    let member = |process: &sysinfo::Process| Member { pid: process.pid(), start_time: process.start_time() };
    let first = processes.process(Pid::from_u32(pid)).filter(|process| process.status() != ProcessStatus::Zombie);
    let mut found: Vec<Member> = first.map(member).into_iter().collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = processes.processes().values().filter(|process| process.parent() == Some(parent.pid));
        found.extend(children.map(member));
        next += 1;
    }
    found
}

/// Sends a signal to those of the processes that still run.
fn signal(members: &[Member], signal: Signal) {
    let pids: Vec<Pid> = members.iter().map(|member| member.pid).collect();
    let Some(processes) = processes(ProcessesToUpdate::Some(&pids)) else { return };
    for member in members {
        let process = processes.process(member.pid).filter(|process| process.start_time() == member.start_time);
        if let Some(process) = process {
            process.kill_with(signal);
        }
    }
}

/// The processes as they are now; none where the system does not tell.
fn processes(which: ProcessesToUpdate<'_>) -> Option<System> {
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(which, true, ProcessRefreshKind::nothing());
    Some(system)
}

#[cfg(test)]
mod tests {
    use super::{end, family};
    use std::process::Stdio;
    use tokio::{
        io::{AsyncBufReadExt as _, BufReader},
        process::Command,
    };

    #[tokio::test]
    async fn a_child_ends_with_its_own_children_though_they_hear_nothing_of_it() {
        let script = "sleep 600 & echo $!; wait";
        let mut child =
            Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let grandchild: u32 = line.trim().parse().unwrap();
        let members = family(child.id().unwrap());
        assert!(members.iter().any(|member| member.pid.as_u32() == grandchild), "{members:?}");
        end(child).await;
        assert!(!members.iter().any(|member| family(grandchild).contains(member)), "{grandchild} still runs");
    }
}
