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
    "admin.users.note": Message(
        "保存后得到一个一次性链接，交给本人设置密码；链接 24 小时内有效。",
        "You get a link that is good once and for 24 hours; the person chooses a password with it.",
    ),
    "admin.users.link": Message("密码链接", "Link for a password"),
    "admin.users.link.words": Message(
        "生成一次性链接，交给本人设置新密码；此前的链接失效。本人设好之前，原密码仍可用。",
        "Makes a link with which the person chooses a password; an earlier link ends. "
        "Until then the password of before works.",
    ),
    "admin.users.disable": Message("停用", "Disable"),
    "admin.users.disable.words": Message(
        "已登录的立即退出，密码链接和统一认证也不能再登录。以后可以重新启用。",
        "Open sessions end at once, and neither links nor the single sign-on lead in. It can be enabled again.",
    ),
    "admin.users.enable": Message("重新启用", "Enable again"),
    "admin.users.move": Message("改角色或辖区", "Change role or territory"),
    "admin.users.move.words": Message(
        "保存后本人须重新登录。", "The person has to sign in again afterwards."
    ),
    "admin.users.move.do": Message("保存", "Save"),
    "admin.users.invite": Message("开通{name}登录", "Let in through {name}"),
    "admin.users.invite.words": Message(
        "七天内，那边用户名与此处相同的账号第一次登录时即与本人绑定。请先核对用户名确属本人。",
        "Within seven days the account there with this very user name is bound at its first sign-in. "
        "Make sure the name is that person's.",
    ),
    "admin.users.unbind": Message("解除统一认证绑定", "End the bond"),
    "admin.users.unbind.words": Message(
        "本人此后不能再由统一认证登录，已登录的立即退出。",
        "The person no longer comes in through the single sign-on; open sessions end at once.",
    ),
    "admin.users.bound": Message("统一认证已绑定 {at}", "bound to the single sign-on {at}"),
    "admin.users.invited": Message(
        "统一认证待绑定，至 {at}", "invited through the single sign-on until {at}"
    ),
    "admin.clients.add": Message("添加客户端", "Add a client"),
    "admin.clients.rotate": Message("换发密钥", "New secret"),
    "admin.clients.rotate.words": Message(
        "最新的两个密钥同时有效，便于无缝更换；更早的立即失效。",
        "The two newest work side by side, so that it can change over without a gap; older ones end at once.",
    ),
    "admin.clients.secrets": Message("有效密钥", "Live secrets"),
    "admin.clients.revoke": Message("作废", "Revoke"),
    "admin.clients.revoke.words": Message(
        "用这个密钥的程序立即不能再登录，不能恢复。",
        "Whatever uses it is shut out at once. This cannot be undone.",
    ),
    "admin.clients.disable": Message("停用", "Disable"),
    "admin.clients.disable.words": Message(
        "不能再取得令牌，已取得的立即失效。以后可以重新启用。",
        "It gets no more tokens, and those it holds end at once. It can be enabled again.",
    ),
    "admin.secret": Message("请立即记下", "Write this down now"),
    "admin.secret.lead": Message(
        "离开本页后不再显示，系统也不保存原文。", "It is not shown again, and kept nowhere in the clear."
    ),
    "admin.secret.link": Message(
        "请把这个链接交给 {name}，24 小时内用它设置密码：",
        "Give this link to {name}, who chooses a password with it within 24 hours:",
    ),
    "admin.clients.enable": Message("重新启用", "Enable again"),
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
    "admin.deliveries": Message("推送", "Deliveries"),
    "admin.deliveries.none": Message("没有登记推送地址。", "No webhook is registered."),
    "admin.deliveries.owner": Message("{owner} · 待送 {pending}", "{owner} · {pending} pending"),
    "admin.deliveries.last": Message("最近送达 {at}", "last delivered {at}"),
    "admin.deliveries.never": Message("尚未送达过", "nothing delivered yet"),
    "admin.deliveries.failing": Message(
        "{since} 起连续失败 {count} 次", "{count} failures in a row since {since}"
    ),
    "admin.deliveries.disabled": Message("已停用", "disabled"),
    "admin.deliveries.enable": Message("重新启用", "Enable again"),
    "admin.deliveries.one": Message("{type}：{state}，{attempts} 次", "{type}: {state}, {attempts} attempts"),
    "admin.deliveries.state.pending": Message("待送", "pending"),
    "admin.deliveries.state.given_up": Message("已放弃", "given up"),
    "admin.deliveries.answer": Message("应答 {status}", "answer {status}"),
    "admin.deliveries.replay": Message("重发", "Send again"),
    "done.admin.replayed": Message("已排队重发。", "It is sent again."),
    "done.admin.webhook_enabled": Message("推送已重新启用。", "The webhook is enabled again."),
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
    "done.admin.client_enabled": Message("客户端已重新启用。", "The client is enabled again."),
    "done.admin.user_disabled": Message("账号已停用。", "The account is disabled."),
    "done.admin.user_enabled": Message("账号已重新启用。", "The account is enabled again."),
    "done.admin.user_moved": Message("角色已更改。", "The role is changed."),
    "done.admin.user_invited": Message(
        "已开通，等待本人登录。", "Invited; the person can sign in there now."
    ),
    "done.admin.user_unbound": Message("绑定已解除。", "The bond is ended."),
    "done.admin.retried": Message("已放回队列。", "Back in the queue."),
    "done.admin.welcome": Message("管理员已创建。", "The administrator is created."),
}
