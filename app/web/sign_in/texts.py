"""Sentences of the door: the form, the provider of identities, the link for a password."""

from app.domain.errors import Message

TEXTS = {
    "sign_in": Message("登录", "Sign in"),
    "sign_out": Message("退出", "Sign out"),
    "sign_in.lead": Message("请用分配给您的账号登录。", "Use the account you were given."),
    "sign_in.username": Message("用户名", "User name"),
    "sign_in.password": Message("密码", "Password"),
    "sign_in.refused": Message("用户名或密码不正确。", "User name or password is not right."),
    "sign_in.stale": Message(
        "页面已过期，请重新提交一次。", "This page had expired. Please submit it once more."
    ),
    "sign_in.public": Message("不登录，查看公开数据", "See the public figures without signing in"),
    "sign_in.provider": Message("用{name}登录", "Sign in with {name}"),
    "sign_in.provider.name": Message("统一身份认证", "the single sign-on"),
    "sign_in.provider.or": Message("或者用本系统的密码：", "Or with a password of this service:"),
    "sign_in.provider.end": Message("同时退出{name}", "Sign out of {name} as well"),
    "sign_in.provider.stranger": Message(
        "身份已核实，但本系统没有为这个账号开通权限。请联系管理员。",
        "You are known there, but this account has no rights here. Ask your administrator.",
    ),
    "sign_in.provider.lost": Message(
        "这次登录已过期，或不是从本页开始的。请再试一次。",
        "That sign-in has expired, or did not begin on this page. Please try again.",
    ),
    "sign_in.provider.declined": Message("没有完成登录。", "The sign-in was not completed."),
    "sign_in.provider.unreachable": Message(
        "暂时联系不上身份认证服务，请稍后再试。",
        "The sign-on service cannot be reached; try again in a moment.",
    ),
    "sign_in.provider.refused": Message(
        "身份认证服务没有承认这次登录，请再试一次。",
        "The sign-on service did not confirm this sign-in. Please try again.",
    ),
    "sign_in.provider.bad_token": Message(
        "身份认证服务的答复无法核实，未予登录。请联系管理员。",
        "The sign-on service's answer could not be verified, so nobody was signed in. Ask your administrator.",
    ),
    "sign_in.provider.busy": Message(
        "登录的人较多，请稍后再试。", "Many are signing in; try again in a moment."
    ),
    "password": Message("设置密码", "Choose a password"),
    "password.lead": Message(
        "为账号 {username} 设置新密码。设置后这个链接失效，此前的登录也全部结束。",
        "Choose a password for {username}. The link and all sessions of before end with it.",
    ),
    "password.new": Message("新密码（至少 {least} 个字符）", "New password (at least {least} characters)"),
    "password.again": Message("再输入一次", "Once more"),
    "password.differ": Message("两次输入的密码不一样", "the two are not the same"),
    "password.do": Message("保存密码", "Save the password"),
    "done.password": Message("密码已设置，请登录。", "The password is set. Please sign in."),
}
