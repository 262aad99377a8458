"""Parameters of an account set, and its public dictionaries (参数设置: 系统参数, 公共信息)."""
