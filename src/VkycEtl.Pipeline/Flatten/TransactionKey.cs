namespace VkycEtl.Pipeline.Flatten;

/// <summary>The key of a transaction, for those who look for its rows.</summary>
public static class TransactionKey
{
    /// <summary>The first 128 bits of SHA-256(app_id, 0x1F, transaction_id) as a version 8 uuid.</summary>
    /// <param name="appId">The application's id, as <c>vkyc.events</c> has it.</param>
    /// <param name="transactionId">The transaction's id, as <c>vkyc.events</c> has it.</param>
    public static Guid Of(string appId, string transactionId)
    {
        using var keys = new EventKeys();
        return keys.Of(appId, transactionId, "").Transaction;
    }
}
