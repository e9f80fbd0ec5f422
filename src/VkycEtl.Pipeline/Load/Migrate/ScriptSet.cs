using System.Security.Cryptography;
using System.Text;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>One migration script.</summary>
/// <param name="Name">Its file's name, which gives the order.</param>
/// <param name="Sql">Its text.</param>
/// <param name="Sha256">SHA-256 of its text with LF line ends, in lower-case hex.</param>
internal sealed record Script(string Name, string Sql, string Sha256);

/// <summary>One applied script, as journaled.</summary>
internal sealed record AppliedScript(string Name, string Sha256);

/// <summary>An engine's migration scripts, in order of their names.</summary>
internal sealed class ScriptSet(IReadOnlyList<Script> scripts)
{
    public IReadOnlyList<Script> Scripts { get; } = scripts;

    /// <summary>Reads <c>directory/engine/NNNN_name.sql</c>.</summary>
    /// <exception cref="WarehouseUnfitException">The folder is not there, or holds no script.</exception>
    public static ScriptSet Read(string directory, string engine)
    {
        var folder = Path.Combine(directory, engine);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sql") : [];
        if (files.Length == 0)
            throw new WarehouseUnfitException($"No migration scripts in {folder}: install the program with its sql folder, or set Warehouse:ScriptsDirectory.");
        Array.Sort(files, StringComparer.Ordinal);
        return new ScriptSet([.. files.Select(file => From(Path.GetFileName(file), File.ReadAllText(file)))]);
    }

    /// <summary>A script; where a checkout has turned line ends into CRLF it is still the same script.</summary>
    public static Script From(string name, string text)
    {
        var sql = text.ReplaceLineEndings("\n");
        return new Script(name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }

    /// <summary>The scripts that are not applied yet.</summary>
    /// <exception cref="WarehouseUnfitException">An applied script was edited since, or one was put in before applied ones.</exception>
    public IReadOnlyList<Script> Pending(IReadOnlyList<AppliedScript> applied)
    {
        var journal = applied.ToDictionary(script => script.Name, StringComparer.Ordinal);
        var edited = Scripts.Where(script => journal.TryGetValue(script.Name, out var then) && then.Sha256 != script.Sha256).Select(script => script.Name).ToList();
        if (edited.Count > 0)
            throw new WarehouseUnfitException($"Applied migration scripts were edited: {string.Join(", ", edited)}. Restore them, and put the change into a new script.");
        var last = applied.Select(script => script.Name).Max(StringComparer.Ordinal);
        var pending = Scripts.Where(script => !journal.ContainsKey(script.Name)).ToList();
        if (pending.Find(script => string.CompareOrdinal(script.Name, last) < 0) is { } late)
            throw new WarehouseUnfitException($"Migration script {late.Name} comes before {last}, which is applied already. Give it a later number.");
        return pending;
    }
}
