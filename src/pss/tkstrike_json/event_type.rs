//! What each `eventType` says.

use crate::event::*;

/// What a type adds to the state of the bout.
#[derive(Clone, Copy)]
pub(super) enum EventType {
    /// Nothing.
    State,
    Ready,
    Clock(Option<ClockAction>),
    Point(Side, Technique),
    /// What a turning kick has on top of its points.
    Bonus(Side, Technique),
    Hit(Side, Sensor),
    Press(Side, Technique, IsSpecial),
    NearMiss(Side, NearMissChange),
    Para(Side, ParaEvent),
    GamJeom,
    Review(Requester, ReviewState, Option<Verdict>),
    KyeShi,
    Doctor(DoctorState),
    Meeting,
    Console(&'static str),
    Finished,
}

type IsSpecial = bool;

/// A type, and whether the round clock ran when it happened.
#[derive(Clone, Copy)]
pub(super) struct Happened {
    pub(super) what: EventType,
    pub(super) clock_running: bool,
}

impl Happened {
    /// Reads an `eventType`. Of hits, presses and kicks in Para there is a second one that begins with `OT_`: then the clock
    /// does not run.
    pub(super) fn read(name: &str) -> Option<Self> {
        let Some(name) = name.strip_prefix("OT_") else {
            return EventType::read(name).map(|what| Self { what, clock_running: true });
        };
        let what = EventType::read(name)?;
        let can_be = matches!(
            what,
            EventType::Hit(..)
                | EventType::Press(..)
                | EventType::Para(_, ParaEvent::SpinningKick | ParaEvent::TurningKick)
        );
        can_be.then_some(Self { what, clock_running: false })
    }
}

impl EventType {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "START_MATCH" => Self::Ready,
            "START_ROUND" | "RESUME" => Self::Clock(Some(ClockAction::Start)),
            "TIMEOUT" => Self::Clock(Some(ClockAction::Stop)),
            "END_ROUND" => Self::Clock(Some(ClockAction::End)),
            "ROUNDCOUNTDOWN_CHANGE" | "GOLDENPOINTCOUNTDOWN_CHANGE" => Self::Clock(None),
            "NEXT_ROUND" | "MOVE_TO_NEXT_ROUND" | "KYESHI_CHANGE" => Self::State,
            "KYE_SHI" => Self::KyeShi,
            "DOCTOR" => Self::Doctor(DoctorState::Called),
            "DOCTOR_QUIT" => Self::Doctor(DoctorState::Left),
            "MEETING" => Self::Meeting,
            "MATCH_FINISHED" => Self::Finished,
            "SCOREBOARD" => Self::Console("scoreboard_editor"),
            "NETWORK_ERROR" => Self::Console("network_error"),
            "BACKUP_SYSTEM_ENABLED" => Self::Console("backup_system_enabled"),
            "BACKUP_SYSTEM_DISABLED" => Self::Console("backup_system_disabled"),
            "CANCEL_GOLDENPOINT_POINT" => Self::Console("golden_point_cancelled"),
            "MATCH_FINAL_NEEDS_CONFIRM_DECISION" => Self::Console("decision_needed"),
            "RESET_MATCH" => Self::Console("bout_reset"),
            "NOT_DEFINED" => Self::Console("not_defined"),
            "RESET_BLUE_PARA_TIMEOUT" => Self::Para(Side::Blue, ParaEvent::TimeoutReset),
            "RESET_RED_PARA_TIMEOUT" => Self::Para(Side::Red, ParaEvent::TimeoutReset),
            _ => return Self::of_a_side(name),
        })
    }

    fn of_a_side(name: &str) -> Option<Self> {
        if let Some(of_referee) = name.strip_prefix("CR_") {
            let what = of_referee.strip_prefix("BLUE_").or_else(|| of_referee.strip_prefix("RED_"))?;
            return Self::review(Requester::Referee, what);
        }
        let (side, coach, what) = match (name.strip_prefix("BLUE_"), name.strip_prefix("RED_")) {
            (Some(what), _) => (Side::Blue, Requester::Blue, what),
            (_, Some(what)) => (Side::Red, Requester::Red, what),
            _ => return None,
        };
        Some(match what {
            "PUNCH_POINT" => Self::Point(side, Technique::Punch),
            "BODY_POINT" => Self::Point(side, Technique::Body),
            "HEAD_POINT" => Self::Point(side, Technique::Head),
            "BODY_TECH_POINT" => Self::Bonus(side, Technique::TechnicalBody),
            "HEAD_TECH_POINT" => Self::Bonus(side, Technique::TechnicalHead),
            "BODY_HIT" => Self::Hit(side, Sensor::Body),
            "HEAD_HIT" => Self::Hit(side, Sensor::Head),
            "SENSOR_PUNCH_HIT" => Self::Hit(side, Sensor::Punch),
            "JUDGE_PUNCH" => Self::Press(side, Technique::Punch, false),
            "JUDGE_BODY_POINT" => Self::Press(side, Technique::Body, false),
            "JUDGE_HEAD_POINT" => Self::Press(side, Technique::Head, false),
            "JUDGE_BODY_TECH" => Self::Press(side, Technique::TechnicalBody, false),
            "JUDGE_HEAD_TECH" => Self::Press(side, Technique::TechnicalHead, false),
            "JUDGE_SPECIAL_BODY_HIT" => Self::Press(side, Technique::Body, true),
            "JUDGE_SPECIAL_HEAD_HIT" => Self::Press(side, Technique::Head, true),
            "JUDGE_SPECIAL_HEAD_TECH" => Self::Press(side, Technique::TechnicalHead, true),
            "ADD_GAME_JEON" | "REMOVE_GAME_JEON" | "ADD_KYONG_GO" | "REMOVE_KYONG_GO" | "ADD_PENALTY"
            | "REMOVE_PENALTY" => Self::GamJeom,
            "ADD_NEAR_MISS_HIT" => Self::NearMiss(side, NearMissChange::Added),
            "REMOVE_NEAR_MISS_HIT" => Self::NearMiss(side, NearMissChange::Removed),
            "PARA_SPINNING_KICK" => Self::Para(side, ParaEvent::SpinningKick),
            "PARA_TURNING_KICK" => Self::Para(side, ParaEvent::TurningKick),
            "PARA_TIMEOUT" => Self::Para(side, ParaEvent::Timeout),
            _ => return Self::review(coach, what),
        })
    }

    /// The new quota is sent when a review was lost.
    fn review(requester: Requester, what: &str) -> Option<Self> {
        Some(match what {
            "VIDEO_REQUEST" => Self::Review(requester, ReviewState::Requested, None),
            "VIDEO_QUOTA_ACCEPTED" => Self::Review(requester, ReviewState::Accepted, None),
            "VIDEO_QUOTA_CHANGED" => Self::Review(requester, ReviewState::Accepted, Some(Verdict::Lost)),
            _ => return None,
        })
    }
}
