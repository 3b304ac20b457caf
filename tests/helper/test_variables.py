from __future__ import annotations

from runlore.helper.redaction import mask
from runlore.helper.variables import chosen_variables


def test_the_variables_of_interest_are_picked_and_secrets_masked() -> None:
    chosen = {
        "CUDA_VISIBLE_DEVICES": "0,1",
        "HF_HOME": "/data/hf",
        "NCCL_DEBUG": "INFO",
        "OMP_NUM_THREADS": "8",
        "PYTHONHASHSEED": "0",
        "SLURM_JOB_ID": "4711",
    }
    secret = {"HF_TOKEN": "x7Kq2LmZ9vB4nR6tYw3s"}
    others = {
        "AWS_SECRET_ACCESS_KEY": "a",
        "EDITOR": "vi",
        "HOME": "/root",
        "OPENAI_API_KEY": "a",
        "PATH": "/bin",
        "TF_VAR_password": "a",
    }
    assert chosen_variables(others | secret | chosen) == {
        **chosen,
        "HF_TOKEN": mask(secret["HF_TOKEN"]),
    }


def test_a_long_value_is_cut_and_says_so() -> None:
    kept = chosen_variables({"LD_LIBRARY_PATH": "/x" * 5000})["LD_LIBRARY_PATH"]
    assert len(kept) == 4097
    assert kept.endswith(("x…", "/…"))
