"""`consentry verify`: does what stands on the topics follow from the stored facts?"""

from streams.verify.result import Difference, DifferenceKind, Verification
from streams.verify.run import verify

__all__ = ["Difference", "DifferenceKind", "Verification", "verify"]
