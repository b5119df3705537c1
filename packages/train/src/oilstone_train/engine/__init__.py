"""What runs inside the training process: everything that imports torch or Axolotl."""
