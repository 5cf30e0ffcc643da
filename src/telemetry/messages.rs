//! Every log message. Their table in `docs/operations.md` is made from this file.
//!
//! What follows `per` is what repeats of a message have in common: they are folded, see [`super::log_message`].

use std::fmt::Display;

use super::log_message::{LogMessage, messages};

messages! {
    /// the port is open
    info "court.listening" court_listening(court, address) = "listening on UDP {address}";

    /// `vta ctl` and other programs reach the running vta there
    info "server.listening" server_listening(address) = "commands and status at http://{address}";

    /// vta runs without commands and status until the port is free. Choose another one in `server` of the config
    warn "server.port_taken" server_port_taken(address, reason) =
        "no commands and no status at {address}: {reason}; it is tried again";

    /// `vta ctl` and `vta status` do not find the running vta. The folder of the config cannot be written
    warn "server.no_run_file" server_no_run_file(path, error) = "{path} cannot be written: {error}";

    /// both write to the same database and captures, and `vta ctl` finds only one of them. End one
    warn "run.runs_already" run_runs_already(config, pid, address) =
        "{config} runs already in another vta: process {pid}, at http://{address}";

    /// everything has started
    info "run.ready" run_ready(event) = "{event} is ready; Ctrl-C ends it";

    /// see [Linux](#linux)
    warn "court.small_buffer" court_small_buffer(court, granted, wanted) =
        "the system grants a receive buffer of {granted} bytes, not {wanted}: bursts may be lost; \
         raise its limit (Linux: sysctl net.core.rmem_max={wanted})";

    /// the PSS was queried for the bout and sent nothing for two seconds: are the address and the port of
    /// [`resync`](configuration.md#courts) right? Written once
    warn "court.no_answer" court_no_answer(court, address) =
        "the PSS at {address} does not answer; what it broadcasts is received all the same";

    /// the address of `resync` cannot be reached
    warn "court.not_queried" court_not_queried(court, address, error) =
        "the PSS at {address} cannot be queried for the bout: {error}";

    /// its datagrams are captured, but not decoded. Add the sender to `allow` if it is the console
    warn "court.sender_refused" court_sender_refused(court, sender) per(court) =
        "{sender} sends, and is not allowed to: `allow` of the court does not have it";

    /// it sends more than a console does: find it, and take it off the network. Name the console in `allow`, which always has
    /// its place. What is let in is captured; of the rest the capture and the database have the number
    warn "court.shed" court_shed(court, sender, datagrams) per(court) =
        "{sender} sends too much: {datagrams} datagrams were thrown away in a second";

    /// the network card went away, for example
    warn "court.receive_failed" court_receive_failed(court, error) per(court) =
        "receiving failed, and goes on: {error}";

    /// is the computer overloaded? They are in no capture. Written every ten seconds at most
    warn "court.lost_in_system" court_lost_in_system(court, lost, total) =
        "{lost} datagrams were lost in the system's receive buffer ({total} in all): raise `receive_buffer_bytes`";

    /// so many waited that the court could not follow. They are in no capture
    warn "court.lost_in_queue" court_lost_in_queue(court, lost, total) =
        "{lost} datagrams were lost in our own queue ({total} in all)";

    /// an answer of OBS or of the player was lost; the action has no outcome
    warn "court.report_lost" court_report_lost(court, report) per(court) =
        "the court does not take a report, which is lost: {report}";

    /// the console sent a value that cannot be. It is kept as it came; inform the operator if it goes on
    warn "message.invalid" message_invalid(court, stream, seq, notes, raw) per(court, stream) =
        "a message is invalid: {notes} (event {seq}: {raw})";

    /// the console sends what is not documented, such as another protocol, or another program sends to this port. It is kept as
    /// it came
    info "message.unknown" message_unknown(court, seq, raw) per(court) =
        "a message of a stream that is not documented (event {seq}: {raw})";

    /// the winner and the rounds won do not agree. Both are kept: ask the officials
    warn "message.contradiction" message_contradiction(court, what) per(court, what) =
        "the console contradicts itself: {what}";

    /// the bout that is on, once its number and athletes are known, with the score (blue-red). One without a number is written
    /// when it begins
    info "bout.loaded" bout_loaded(court, bout, round, blue, red) = "{bout}, round {round}, {blue}-{red}";

    /// [`vta` was started again](operations.md#when-vta-was-started-again): the bout that was on goes on. What happened since
    /// that time was not received
    info "bout.resumed" bout_resumed(court, number, round, blue, red, since) =
        "goes on with bout {number}, round {round}, {blue}-{red}, as it was at {since}";

    /// the bout that was on before `vta` was started again is over
    warn "bout.resume_dropped" bout_resume_dropped(court, number, reason) =
        "bout {number}, which was on before, does not go on: {reason}";

    /// the computer's clock was set, or the computer slept. Timers and the order of events do not depend on it
    warn "court.clock_step" court_clock_step(court, ahead_ms) =
        "the computer's clock was set by {ahead_ms} ms, or the computer slept";

    /// the clock ran for the first time
    info "bout.started" bout_started(court) = "the bout has started";

    /// the clock of the round ran for the first time
    info "bout.round_started" bout_round_started(court, round) = "round {round} has started";

    /// with the points of the round
    info "bout.round_ended" bout_round_ended(court, round, blue, red) =
        "round {round} has ended {blue}-{red} (blue-red)";

    /// the console named the winner
    info "bout.ended" bout_ended(court, winner) = "the bout has ended: {winner} wins";

    /// no message named the winner, as when it was lost: ask the officials whether it is right. The event has `inferred`
    warn "bout.end_inferred" bout_end_inferred(court, winner) =
        "the bout has ended: {winner} wins by the rounds, though the console has not named the winner";

    /// a coach raised the card, or the referee asks
    info "review.requested" review_requested(court, side) = "{side} asks for a video review";

    /// the jury has answered
    info "review.decided" review_decided(court, side, state) = "the review of {side} is {state}";

    /// it was requested by the console and by an operator, or twice by operators. It stays one review
    info "review.joined" review_joined(court, side, origin) = "the review of {side} was requested again: {origin}";

    /// the console's verdict counts
    warn "review.verdicts_differ" review_verdicts_differ(court, side, console, operator) =
        "the review of {side} is {console} by the console, and {operator} by an operator: the console's verdict counts";

    /// an operator has sent a command
    info "command.received" command_received(court, command, origin) = "command {command} ({origin})";

    /// a command was refused or has failed, for this reason
    warn "command.not_done" command_not_done(court, command, ended, reason) =
        "the command {command} {ended}: {reason}";

    /// an operator has paused the rules
    warn "rules.paused" rules_paused(court) = "the rules are paused: nothing is done that they request, until they are resumed";

    /// an operator has resumed the rules
    info "rules.resumed" rules_resumed(court, withheld) =
        "the rules are resumed; {withheld} actions that they requested in the meantime were not done";

    /// a rehearsal has begun, or goes on after a restart
    warn "court.rehearsal" court_rehearsal(court) =
        "rehearsal: the bouts that are loaded count nowhere, until `vta ctl rehearsal stop`";

    /// the bouts that are loaded from now on count
    info "court.rehearsal_ended" court_rehearsal_ended(court) = "the rehearsal has ended";

    /// by a rule or by hand
    info "clip.saved" clip_saved(court, instance, path) = "a clip was saved: {path}";

    /// a rule or a person started the recording
    info "recording.started" recording_started(court, instance) = "OBS records";

    /// the file is final
    info "recording.stopped" recording_stopped(court, instance, path) = "OBS has recorded {path}";

    /// an action failed; the reason says why. The other actions go on
    warn "action.failed" action_failed(court, action, reason, kind) per(court, action, kind) =
        "{action} failed: {reason}";

    /// a rule failed, at this place in its file; see [rules](rules.md#when-a-rule-fails)
    error "rule.failed" rule_failed(court, place, failure, times) per(court, place, times) = "{place}: {failure}";

    /// a rule called `log::info`
    info "rule.log_info" rule_log_info(court, rule, text) per(court, rule, text) = "{rule}: {text}";

    /// a rule called `log::warn`
    warn "rule.log_warn" rule_log_warn(court, rule, text) per(court, rule, text) = "{rule}: {text}";

    /// a rule called `log::error`
    error "rule.log_error" rule_log_error(court, rule, text) per(court, rule, text) = "{rule}: {text}";

    /// these files have changed; they run from now on
    info "rules.changed" rules_changed(files) = "the rules were changed: {files}";

    /// no file of them has changed
    info "rules.unchanged" rules_unchanged() = "the rules were read again, and are the same";

    /// a warning about the config, as `vta check` shows it
    warn "config.warning" config_warning(diagnostic) = "{diagnostic}";

    /// a warning of [the check](rules.md#check)
    warn "rules.warning" rules_warning(diagnostic) = "{diagnostic}";

    /// what is wrong with changed rules, and where
    error "rules.error" rules_error(diagnostic) = "{diagnostic}";

    /// the lines before it say where; [correct it](#changing-a-rule)
    error "rules.rejected" rules_rejected() = "the changed rules are wrong; those from before go on";

    /// what earlier sessions know of the bout that is on cannot be read: it begins anew. The database is whole all the same
    warn "store.no_resume" store_no_resume(court, reason) = "the bout that may be on cannot be resumed: {reason}";

    /// scenes, recordings and replays can be used
    info "obs.connected" obs_connected(instance, address, version) = "connected to OBS {version} at {address}";

    /// the reason says what to do. It is tried again every five seconds, every thirty when the password is wrong
    warn "obs.not_connected" obs_not_connected(instance, reason) per(instance, reason) =
        "not connected, trying again from time to time: {reason}";

    /// what this OBS lacks fails when a rule asks for it
    warn "obs.old" obs_old(instance, version, websocket_version) =
        "OBS {version} with obs-websocket {websocket_version} is older than 30.2: what it lacks fails when \
         requested, the rest works";

    /// written at the first connection and whenever rules are read again. The action will fail: correct the name in the rule, or
    /// in OBS
    warn "obs.lacks" obs_lacks(instance, what) = "{what}";

    /// actions fail until it is back; start OBS again
    warn "obs.disconnected" obs_disconnected(instance, reason) per(instance, reason) = "disconnected from OBS: {reason}";

    /// OBS hangs or shows a dialog; look at its screen
    warn "obs.frozen" obs_frozen(instance) per(instance) = "OBS does not answer; actions fail at once until it does";

    /// actions are carried out again
    info "obs.answers_again" obs_answers_again(instance) per(instance) = "OBS answers again";

    /// what OBS did then is not known; the next event is received
    warn "obs.events_lost" obs_events_lost(instance, what) per(instance) =
        "OBS sends more than is taken in: {what} is lost";

    /// OBS did not say it when `vta` connected; the next change is received
    warn "obs.scene_unknown" obs_scene_unknown(instance, error) = "it is not known which scene is on program: {error}";

    /// OBS did not say it when `vta` connected
    warn "obs.recording_unknown" obs_recording_unknown(instance, error) =
        "it is not known whether OBS records: {error}";

    /// written when it falls below [`min_free_mb`](configuration.md#sinks); rules hear `disk_low`
    warn "obs.disk_low" obs_disk_low(instance, free_mb) per(instance) =
        "only {free_mb} MB are left of the disk that OBS writes to; make room, or OBS stops recording";

    /// `vta` starts it when it connects
    info "obs.replay_buffer_starting" obs_replay_buffer_starting(instance) =
        "the replay buffer does not run; starting it";

    /// the replay buffer is not enabled in OBS's settings, as a rule
    warn "obs.replay_buffer_unusable" obs_replay_buffer_unusable(instance, error) = "replays cannot be saved: {error}";

    /// after OBS hung; the buffer begins empty, and clips come in time again
    warn "obs.replay_buffer_lags" obs_replay_buffer_lags(instance, seconds) =
        "OBS began to save a replay {seconds} s after the request; the replay buffer is started again";

    /// that clip is lost, the next one will be there
    warn "obs.replay_buffer_was_off" obs_replay_buffer_was_off(instance) =
        "a replay was requested while the replay buffer did not run; starting it";

    /// the replay could not be saved; the clip is the file of the recording
    warn "obs.clip_from_recording" obs_clip_from_recording(instance, error) =
        "the clip is taken from the recording: {error}";

    /// the clip is there, two seconds later than usual
    warn "obs.replay_not_announced" obs_replay_not_announced(instance, path) =
        "OBS has saved a replay without an event; a query found {path}";

    /// there is no clip
    warn "obs.recording_too_new" obs_recording_too_new(instance, path) =
        "{path} has nothing to show yet that could replace the clip";

    /// OBS runs on another computer: set `paths` of its sink
    info "obs.file_elsewhere" obs_file_elsewhere(instance, path) = "{path} is not on this computer and keeps its name";

    /// another program held it for too long
    warn "obs.file_not_renamed" obs_file_not_renamed(instance, path, name, error) =
        "{path} keeps its name, since it cannot be renamed to {name}: {error}";

    /// a rule began it before `vta` was started again
    info "obs.recording_goes_on" obs_recording_goes_on(instance, path) =
        "goes on with the recording that was begun before vta was started again: {path}";

    /// OBS was closed, or a person ended it; the rule `recording.rhai` begins another while the bout is on
    warn "obs.recording_interrupted" obs_recording_interrupted(instance, path) =
        "the recording ended while OBS was not connected: {path}";

    /// mpv is there, with its version
    info "player.runs" player_runs(player, version) = "{version} runs";

    /// mpv is not installed, for example, does not answer, or has no screen to show its window on. Put right what it says;
    /// no restart is needed, except for a screen: start `vta` on the desktop that the jury see
    warn "player.cannot_start" player_cannot_start(player, reason) per(player, reason) =
        "no clip can be shown, trying again from time to time: {reason}";

    /// mpv died. What it showed is shown again
    warn "player.ended" player_ended(player, reason) = "{reason}; starting it again";

    /// somebody closed mpv's window; the next clip opens it again
    info "player.closed" player_closed(player, reason) = "{reason}";

    /// its file is gone, or mpv died of it
    warn "player.clip_not_shown_again" player_clip_not_shown_again(player, reason) =
        "the clip is not shown again: {reason}";

    /// the disk is too slow, or the capture cannot be written
    warn "capture.lost" capture_lost(court, lost, total) = "{lost} inputs are in no capture ({total} in all)";

    /// disk full, as a rule. What comes meanwhile is in no capture; a new file is tried every five seconds
    error "capture.failed" capture_failed(court, error) per(court) =
        "the capture cannot be written, and is given up for a while: {error}";

    /// `when_full` of the captures is `delete_oldest`
    warn "capture.deleted" capture_deleted(path) = "{path} was deleted to make room for new captures";

    /// somebody has moved, replaced or deleted it, or the disk is away. A new one begins at once; what was in a file that was
    /// deleted is counted as not captured
    error "capture.gone" capture_gone(court, path, inputs) =
        "{path} is no longer there; a new capture begins, and {inputs} inputs are in no capture";

    /// is the disk overloaded, or a folder on the network away? After a crash, the database can have more than the
    /// capture
    warn "capture.stalled" capture_stalled(court) per(court) =
        "the capture has not been written for some seconds; the database goes on without it";

    /// the new file of the capture
    warn "capture.resumed" capture_resumed(court, path) = "the capture goes on in {path}";

    /// entries are lost to the database. The captures have them: [replay them](#a-replay)
    warn "store.queue_full" store_queue_full() =
        "the database cannot keep up: its queue is full, and entries are not kept (the captures have them)";

    /// [replay the capture](#a-replay) to have them
    warn "store.queue_free" store_queue_free(dropped) =
        "the database keeps up again; {dropped} entries were not kept meanwhile";

    /// disk full, or locked by another program: close that program, make room. 100,000 entries can wait
    error "store.not_writable" store_not_writable(path, reason) =
        "the database cannot be written: {reason} ({path}); entries wait in the queue meanwhile";

    /// somebody has moved, replaced or deleted it, or the disk is away. A new one is made at once; in that, the sessions that run
    /// have only what comes from now on. [Replay the captures](#a-replay) to have the rest
    error "store.gone" store_gone(path, lost) =
        "{path} is no longer there; a new database is made, and {lost} entries are in none";

    /// nothing was lost of what waited
    info "store.writable" store_writable(path) = "the database can be written again, and what waited is in it ({path})";

    /// written once, at the first start of this version. It takes some seconds for each million events; if it is
    /// interrupted, the database stays as it was
    info "store.updating" store_updating(path) = "{path} is of an older vta: its tables are brought up to date";

    /// vta was killed, or runs a second time for the same court. Both sessions are kept; end one of the two if both run
    warn "store.session_open" store_session_open(court, session, uuid, started_at) =
        "session {session} of this court, which began at {started_at}, has no end: its vta was killed, or is still \
         running ({uuid})";

    /// the bout that was on is not known: it begins anew with the next messages. Nothing is lost of what was stored
    warn "store.snapshot_unreadable" store_snapshot_unreadable(court, reason) =
        "what the last session knew of the bout cannot be read: {reason}";

    /// it is in no table; the capture has what it came from. Report it: this is a fault of `vta`
    error "store.entry_refused" store_entry_refused(reason, entry) per(reason) =
        "the database does not take an entry: {reason}: {entry}";

    /// SQLite reads it with the database; keep the two together
    warn "store.wal_left" store_wal_left(path, reason) = "{path}-wal stays next to the database: {reason}";

    /// this part no longer works, the others go on: restart `vta` when the bout allows it, and report it
    error "component.failed" component_failed(component, reason) per(component) = "{component} has failed: {reason}";

    /// a fault of `vta`: report it with this line
    error "component.panicked" component_panicked(thread, place, text) per(thread, place) =
        "the thread {thread} panicked at {place}: {text}";

    /// after Ctrl-C; wait until it has ended
    info "run.ending" run_ending() = "ending: what is queued is finished first";

    /// they are dropped: a recording that a timer was to end goes on in OBS
    info "run.timers_dropped" run_timers_dropped(court, count) = "{count} timers of rules were still waiting";

    /// the sum of a court
    info "run.court_counts" run_court_counts(court, datagrams, events, actions, failed) =
        "{datagrams} datagrams, {events} events, {actions} actions, {failed} of them failed";

    /// they are captured, but were not decoded
    warn "run.court_refused" run_court_refused(court, count) = "{count} datagrams from senders that are not allowed";

    /// as above
    warn "run.court_lost_in_system" run_court_lost_in_system(court, count) =
        "{count} datagrams lost in the system's receive buffer";

    /// as above
    warn "run.court_lost_in_queue" run_court_lost_in_queue(court, count) = "{count} datagrams lost in our own queue";

    /// `court.shed` says of whom
    warn "run.court_shed" run_court_shed(court, count) = "{count} datagrams thrown away, of senders that sent too many";

    /// longer than 2048 bytes: not from a PSS
    warn "run.court_truncated" run_court_truncated(court, count) = "{count} datagrams longer than can be read";

    /// its status was `degraded` or `failed` during the run
    warn "run.component_trouble" run_component_trouble(component, at, reason) =
        "{component} had trouble, the last time at {at}: {reason}";

    /// how often each of them occurred in this run, by its code
    warn "run.message_counts" run_message_counts(counts) = "warnings and errors: {counts}";

    /// the disk is full, or the folder was taken away: make room, or put it back. The terminal has the lines, and every event is in
    /// the database; each second it is tried again
    error "log.not_written" log_not_written(directory, error) per(directory) =
        "the log cannot be written to {directory}: {error}";

    /// the terminal was held, or the disk too slow. Every event is in the database all the same
    warn "run.log_lost" run_log_lost(count, place) = "{count} lines of the log are missing {place}";
}
