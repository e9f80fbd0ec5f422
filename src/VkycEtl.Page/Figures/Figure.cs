using System.Collections.Frozen;
using VkycEtl.Page.Query;

namespace VkycEtl.Page.Figures;

/// <summary>A figure of the page: one statement in sql/figures, which every engine runs as it is.</summary>
/// <param name="Name">Its name, which is the file's.</param>
/// <param name="Sql">The statement.</param>
/// <param name="IsOfTheMinute">Whether it changes with the clock alone.</param>
internal sealed record Figure(string Name, SqlText Sql, bool IsOfTheMinute)
{
    /// <summary>All figures.</summary>
    public static FrozenDictionary<string, Figure> All { get; } = new[]
    {
        Read("funnel", isOfTheMinute: true),
        Read("trend", isOfTheMinute: true),
        Read("times"),
        Read("outcomes", isOfTheMinute: true),
        Read("reasons"),
        Read("agents"),
        Read("slots", isOfTheMinute: true),
        Read("quality"),
    }.ToFrozenDictionary(figure => figure.Name, StringComparer.Ordinal);

    private static Figure Read(string name, bool isOfTheMinute = false) => new(name, SqlText.Embedded($"figures/{name}.sql"), isOfTheMinute);
}
