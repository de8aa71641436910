/**
 * Experiments on the device: who ranks here, and what it showed.
 *
 * The arm of a device is a hash of the experiment's name and of a secret that never leaves the device.
 * Results are counts of the device's own log and stay on it.
 */

import type { Rule } from "./catalog.js";
import type { Rate } from "./profile.js";

/** One way of ranking: what an arm does not say is as the request has it. */
export interface ExperimentArm {
  /** In results; at most 64 bytes, not `"holdout"`. */
  name: string;
  /** The arm's part of the devices, over the sum of all: 0 to 1e9, one above 0. Default 1. */
  weight?: number;
  /** 0 to 1: the dial. */
  surprise?: number;
  /** 0 to 10: see `RankRequest.calibration`. */
  calibration?: number;
  /** `false`: without what was learned from seen slates. */
  learned?: boolean;
  /** Boosts and buries besides the request's rules. What must hold belongs to every arm. */
  rules?: readonly Rule[];
}

/** A comparison of ways of ranking. */
export interface Experiment {
  /** Its name, at most 64 bytes: the same name is the same arm, at every visit. */
  id: string;
  /** 0 to 1: the share of devices that keep the shop's own order. Default 0. */
  holdout?: number;
  /**
   * `true`: two arms make every slate together by team draft, and each choice is credited to the arm
   * that picked the entry. Needs far fewer visits than arms on separate devices. Default `false`.
   */
  interleave?: boolean;
  /** 1 to 16, and two when they are interleaved. */
  arms: readonly ExperimentArm[];
}

/** What one arm has shown on this device. */
export interface ArmResult {
  name: string;
  /** Slates that were seen. */
  slates: number;
  /** Slates that something was chosen from; interleaved: of what this arm picked. */
  taken: number;
  /** Seen entries; interleaved: those that this arm picked. */
  seen: number;
  /** Entries that were chosen. */
  choices: number;
  /** `taken` over `slates`; Wilson's interval. */
  rate: Rate;
}

/** What one experiment has shown on this device. */
export interface ExperimentResult {
  id: string;
  interleaved: boolean;
  /** In the order in which they were first met. */
  arms: ArmResult[];
  /**
   * The first arm less the second, with its 95 % interval: of their rates; interleaved, of the shares of
   * the slates that either of them won. An interval that holds 0 says nothing. Absent while there is
   * nothing to compare: one device has one arm, unless logs of several were brought together.
   */
  difference?: Rate;
}
