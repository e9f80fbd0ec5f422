using Microsoft.Extensions.Logging;

namespace VkycEtl.Page;

/// <summary>The page's log messages, 6000–6099. Never a token, an agent, a reason, or a transaction's id.</summary>
internal static partial class PageLog
{
    [LoggerMessage(6000, LogLevel.Information, "page at {Url}, {Access}, agents and reasons {Personal}")]
    public static partial void PageOpen(this ILogger logger, string url, string access, string personal);

    [LoggerMessage(6001, LogLevel.Error, "page: {Method} {Path} failed: {Fault}")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, string fault);

    [LoggerMessage(6002, LogLevel.Warning, "page: the warehouse cannot be read: {Why}; answered 503")]
    public static partial void WarehouseAway(this ILogger logger, string why);

    [LoggerMessage(6003, LogLevel.Information, "page: the warehouse can be read again")]
    public static partial void WarehouseBack(this ILogger logger);

    [LoggerMessage(6010, LogLevel.Warning, "page: {Peer} showed a wrong token at {Where}")]
    public static partial void TokenRefused(this ILogger logger, string peer, string where);

    [LoggerMessage(6011, LogLevel.Information, "page: {Peer} logged in")]
    public static partial void LoggedIn(this ILogger logger, string peer);

    [LoggerMessage(6020, LogLevel.Information, "page: {Peer} opened list {List} ({Format}), {From} to {To}: {Rows} rows")]
    public static partial void ListOpened(this ILogger logger, string peer, string list, string format, string from, string to, long rows);

    [LoggerMessage(6021, LogLevel.Information, "page: {Peer} opened transaction {TransactionKey}")]
    public static partial void TransactionOpened(this ILogger logger, string peer, Guid transactionKey);
}
