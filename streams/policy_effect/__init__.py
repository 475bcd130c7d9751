"""What a policy would change: the stored facts, or those of files, judged under it on trial."""

from streams.policy_effect.effect import Effect
from streams.policy_effect.files import try_on_files
from streams.policy_effect.stored import try_on_state

__all__ = ["Effect", "try_on_files", "try_on_state"]
