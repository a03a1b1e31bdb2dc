"""Sentences of the administrator's pages and of the first start."""

from app.domain.errors import Message

TEXTS = {
    "nav.admin": Message("管理", "Admin"),
    "admin": Message("管理", "Administration"),
    "admin.parts": Message("管理分区", "Parts"),
    "admin.work": Message("后台任务", "Background work"),
    "admin.users": Message("用户", "People"),
    "admin.clients": Message("接口客户端", "Clients"),
    "admin.enterprises": Message("企业与场所", "Enterprises and sites"),
    "admin.none": Message("还没有。", "None yet."),
    "admin.name": Message("名称", "Name"),
    "admin.username": Message("用户名", "User name"),
    "admin.role": Message("角色", "Role"),
    "admin.role.enterprise": Message("企业", "enterprise"),
    "admin.role.regulator": Message("监管部门", "regulator"),
    "admin.role.permit_system": Message("许可系统", "permit system"),
    "admin.role.admin": Message("管理员", "administrator"),
    "admin.enterprise": Message("企业（统一社会信用代码）", "Enterprise (credit code)"),
    "admin.region": Message("辖区（2、4 或 6 位代码）", "Region (2, 4 or 6 digits)"),
    "admin.disabled": Message("已停用", "disabled"),
    "admin.users.add": Message("添加用户", "Add a person"),
    "admin.users.password": Message("重设密码", "New password"),
    "admin.users.password.words": Message(
        "将生成一个新密码，原密码立即失效。", "A new password is made; the old one stops working at once."
    ),
    "admin.users.note": Message(
        "密码由系统生成，只显示这一次。", "The password is made by the system and shown this once."
    ),
    "admin.clients.add": Message("添加客户端", "Add a client"),
    "admin.clients.rotate": Message("换发密钥", "New secret"),
    "admin.clients.rotate.words": Message(
        "最新的两个密钥同时有效，便于无缝更换；更早的立即失效。",
        "The two newest work side by side, so that it can change over without a gap; older ones end at once.",
    ),
    "admin.clients.secrets": Message("有效密钥", "Live secrets"),
    "admin.clients.revoke": Message("作废", "Revoke"),
    "admin.clients.disable": Message("停用", "Disable"),
    "admin.clients.disable.words": Message(
        "停用后不能再取得令牌，不能恢复。", "It gets no more tokens. This cannot be undone."
    ),
    "admin.secret": Message("请立即记下", "Write this down now"),
    "admin.secret.lead": Message(
        "离开本页后不再显示，系统也不保存原文。", "It is not shown again, and kept nowhere in the clear."
    ),
    "admin.secret.password": Message("{name} 的密码", "Password of {name}"),
    "admin.secret.client": Message("{name} 的密钥", "Secret of {name}"),
    "admin.back": Message("返回", "Back"),
    "admin.enterprises.search": Message("按信用代码起查", "From credit code on"),
    "admin.enterprises.add": Message("登记企业", "Register an enterprise"),
    "admin.sites.add": Message("登记场所", "Register a site"),
    "admin.credit_code": Message("统一社会信用代码", "Credit code"),
    "admin.industry": Message("行业代码（GB/T 4754）", "Industry (GB/T 4754)"),
    "admin.county": Message("行政区（6 位）", "Region (6 digits)"),
    "admin.site_code": Message("排污许可证编号或自编代码", "Permit number or own code"),
    "admin.reports_from": Message("从何月起申报", "Reports from"),
    "admin.next": Message("下一页", "Next page"),
    "admin.jobs.queue": Message("队列", "Queue"),
    "admin.jobs.kind": Message("任务", "Job"),
    "admin.jobs.state": Message("状态", "State"),
    "admin.jobs.count": Message("个数", "Number"),
    "admin.jobs.oldest": Message("最早", "Oldest"),
    "admin.jobs.state.waiting": Message("等待", "waiting"),
    "admin.jobs.state.running": Message("进行中", "running"),
    "admin.jobs.state.dead": Message("失败", "failed"),
    "admin.jobs.dead": Message("失败的任务", "Dead letters"),
    "admin.jobs.dead.none": Message("没有失败的任务。", "No job has failed for good."),
    "admin.jobs.retry": Message("再试", "Try again"),
    "admin.jobs.retry.all": Message("全部再试", "Try all again"),
    "admin.jobs.idle": Message("队列是空的。", "Nothing waits."),
    "setup": Message("初次开通", "First start"),
    "setup.lead": Message(
        "系统还没有任何用户。请创建第一个管理员。", "There is nobody yet. Create the first administrator."
    ),
    "setup.code": Message("一次性开通码", "One-time code"),
    "setup.code.hint": Message(
        "在服务的日志里（first_run）；证明您管理这台服务器。",
        "It stands in the log of the service (first_run): it shows that the machine is yours.",
    ),
    "setup.code.wrong": Message("开通码不正确", "the code is not right"),
    "setup.password": Message("密码（至少 {least} 个字符）", "Password (at least {least} characters)"),
    "setup.do": Message("创建管理员并登录", "Create the administrator and sign in"),
    "done.admin.enterprise": Message("企业已登记。", "The enterprise is registered."),
    "done.admin.site": Message("场所已登记。", "The site is registered."),
    "done.admin.revoked": Message("密钥已作废。", "The secret is revoked."),
    "done.admin.client_disabled": Message("客户端已停用。", "The client is disabled."),
    "done.admin.retried": Message("已放回队列。", "Back in the queue."),
    "done.admin.welcome": Message("管理员已创建。", "The administrator is created."),
}
