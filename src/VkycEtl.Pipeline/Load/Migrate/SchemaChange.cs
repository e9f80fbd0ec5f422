namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>What a statement changes.</summary>
internal enum ChangeKind
{
    /// <summary>A column or a view: what loading and reading need.</summary>
    Structure,

    /// <summary>A comment, and nothing else.</summary>
    Comment,

    /// <summary>The record of what is deployed.</summary>
    Record,

    /// <summary>A reporting setting.</summary>
    Setting,

    /// <summary>Who may read.</summary>
    Grant,
}

/// <summary>One statement that brings the warehouse nearer to its schemas and settings.</summary>
/// <param name="What">What it does, in words.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Kind">What it changes.</param>
internal sealed record SchemaChange(string What, string Sql, ChangeKind Kind = ChangeKind.Structure);

/// <summary>Whether the read-only role reads schema <c>vkyc</c>.</summary>
internal enum GrantState
{
    /// <summary>It does, or no role is set.</summary>
    Granted,

    /// <summary>The role is there, and lacks rights.</summary>
    Missing,

    /// <summary>There is no such role.</summary>
    NoRole,
}
