//! AI dialogs: turn-taking, the agent that talks, and the brains that it asks.
