//! Expressions, from `or` down to names and literals.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::registry;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Argument, Call, Expr, ExprKind, JoinSide, NamedExpr, Pipeline, Step};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use kql::lexer::TokenKind;

/// The operators that are words, and their negations behind `!`, as functions of two values.
const WORD_OPERATORS: &[(&str, &str, &str)] = &[
    ("has", "has", "!has"),
    ("has_cs", "has_cs", "!has_cs"),
    ("hasprefix", "hasprefix", "!hasprefix"),
    ("hasprefix_cs", "hasprefix_cs", "!hasprefix_cs"),
    ("hassuffix", "hassuffix", "!hassuffix"),
    ("hassuffix_cs", "hassuffix_cs", "!hassuffix_cs"),
    ("contains", "contains", "!contains"),
    ("contains_cs", "contains_cs", "!contains_cs"),
    ("startswith", "startswith", "!startswith"),
    ("startswith_cs", "startswith_cs", "!startswith_cs"),
    ("endswith", "endswith", "!endswith"),
    ("endswith_cs", "endswith_cs", "!endswith_cs"),
    ("like", "like", "notlike"),
    ("notlike", "notlike", "like"),
    ("notcontains", "!contains", "contains"),
    ("notcontains_cs", "!contains_cs", "contains_cs"),
    ("containscs", "contains_cs", "!contains_cs"),
];

impl Parser<'_> {
    /// Takes an expression, which may be tabular: `T | where x`.
    pub(in crate::engine) fn query(&mut self) -> Result<Expr> {
        self.nested(|parser| {
            let source = parser.scalar()?;
            let offset = source.offset;
            let mut steps = Vec::new();
            while parser.accept(TokenKind::Bar) {
                steps.push(parser.step()?);
            }
            if steps.is_empty() {
                return Ok(source);
            }
            Ok(Expr { kind: ExprKind::Pipeline(Box::new(Pipeline { source, steps })), offset })
        })
    }

    /// Takes `(operator | operator | …)`: operators without the table that they are applied to.
    pub(in crate::engine) fn subquery(&mut self) -> Result<Vec<Step>> {
        self.expect(TokenKind::OpenParen, "'('")?;
        let steps = self.nested(|parser| {
            parser.accept(TokenKind::Bar);
            let mut steps = vec![parser.step()?];
            while parser.accept(TokenKind::Bar) {
                steps.push(parser.step()?);
            }
            Ok(steps)
        })?;
        self.expect(TokenKind::CloseParen, "'|' or ')'")?;
        Ok(steps)
    }

    fn step(&mut self) -> Result<Step> {
        let offset = self.offset();
        let name = self.hyphenated()?;
        let operator = (registry::operator(&name, offset)?.parse)(self)?;
        if operator.answers_tables() && (!self.at_top() || self.is(TokenKind::Bar)) {
            let message = format!("{name} answers tables of its own: it has to be the end of the query");
            return Err(EngineError::syntax(offset, message));
        }
        Ok(Step { operator, offset })
    }

    /// Takes a scalar expression, or the source of a tabular one.
    pub(in crate::engine) fn scalar(&mut self) -> Result<Expr> {
        self.nested(|parser| {
            let offset = parser.offset();
            let mut terms = vec![parser.conjunction()?];
            while parser.accept_word("or") {
                terms.push(parser.conjunction()?);
            }
            Ok(only_or(terms, offset, ExprKind::Or))
        })
    }

    fn conjunction(&mut self) -> Result<Expr> {
        let offset = self.offset();
        let mut terms = vec![self.comparison()?];
        while self.accept_word("and") {
            terms.push(self.comparison()?);
        }
        Ok(only_or(terms, offset, ExprKind::And))
    }

    fn comparison(&mut self) -> Result<Expr> {
        let mut left = self.sum()?;
        let offset = left.offset;
        match self.comparison_with(&mut left)? {
            Some(kind) => Ok(Expr { kind, offset }),
            None => Ok(left),
        }
    }

    /// Takes a comparison operator and what it compares `left` with; none where there is no such operator.
    fn comparison_with(&mut self, left: &mut Expr) -> Result<Option<ExprKind>> {
        let symbol = match self.kind() {
            Some(TokenKind::EqualEqual) => "==",
            Some(TokenKind::BangEqual | TokenKind::NotEqual) => "!=",
            Some(TokenKind::EqualTilde) => "=~",
            Some(TokenKind::BangTilde) => "!~",
            Some(TokenKind::Less) => "<",
            Some(TokenKind::LessEqual) => "<=",
            Some(TokenKind::Greater) => ">",
            Some(TokenKind::GreaterEqual) => ">=",
            Some(TokenKind::Colon) => ":",
            Some(TokenKind::Bang) if self.kind_ahead(1) == Some(TokenKind::Name) => {
                return self.word_operator(left, true);
            }
            Some(TokenKind::Name) => return self.word_operator(left, false),
            _ => return Ok(None),
        };
        self.advance();
        let right = self.sum()?;
        Ok(Some(ExprKind::Binary(symbol, Box::new(left.take()), Box::new(right))))
    }

    fn word_operator(&mut self, left: &mut Expr, negated: bool) -> Result<Option<ExprKind>> {
        let ahead = usize::from(negated);
        let word = self.text_ahead(ahead);
        if let Some((_, plain, opposite)) = WORD_OPERATORS.iter().find(|(name, _, _)| *name == word) {
            self.skip(ahead + 1);
            let right = self.sum()?;
            let operator = if negated { opposite } else { plain };
            return Ok(Some(ExprKind::Binary(operator, Box::new(left.take()), Box::new(right))));
        }
        match word {
            "between" => self.between(left, negated).map(Some),
            "in" => self.membership(left, negated).map(Some),
            "has_any" | "has_all" if !negated => self.membership(left, negated).map(Some),
            "matches" if !negated && self.text_ahead(1) == "regex" => {
                self.advance();
                self.advance();
                let right = self.sum()?;
                Ok(Some(ExprKind::Binary("matches regex", Box::new(left.take()), Box::new(right))))
            }
            _ => Ok(None),
        }
    }

    fn between(&mut self, left: &mut Expr, negated: bool) -> Result<ExprKind> {
        self.skip(usize::from(negated) + 1);
        self.expect(TokenKind::OpenParen, "'('")?;
        let low = Box::new(self.sum()?);
        self.expect(TokenKind::DotDot, "'..'")?;
        let high = Box::new(self.sum()?);
        self.expect(TokenKind::CloseParen, "')'")?;
        Ok(ExprKind::Between { value: Box::new(left.take()), low, high, negated })
    }

    fn membership(&mut self, left: &mut Expr, negated: bool) -> Result<ExprKind> {
        self.skip(usize::from(negated));
        let word = self.text_ahead(0);
        let tilde = word == "in" && self.kind_ahead(1) == Some(TokenKind::Tilde) && self.touches_ahead(0);
        self.skip(usize::from(tilde) + 1);
        let operator = match (word, tilde, negated) {
            ("in", false, false) => "in",
            ("in", false, true) => "!in",
            ("in", true, false) => "in~",
            ("in", true, true) => "!in~",
            ("has_any", _, _) => "has_any",
            _ => "has_all",
        };
        let empty = self.kind_ahead(1) == Some(TokenKind::CloseParen);
        let list = self.parenthesized(Self::query)?;
        if empty {
            return Err(EngineError::syntax(
                self.offset(),
                format!("'{operator}' needs a value between its parentheses"),
            ));
        }
        Ok(ExprKind::Membership { operator, value: Box::new(left.take()), list })
    }

    /// Takes sums and products, and what binds closer: no comparison.
    pub(in crate::engine) fn sum(&mut self) -> Result<Expr> {
        let mut left = self.product()?;
        let mut links = 0;
        loop {
            let operator = match self.kind() {
                Some(TokenKind::Plus) => "+",
                Some(TokenKind::Minus) => "-",
                _ => return Ok(left),
            };
            self.advance();
            left = binary(operator, left, self.product()?);
            links = self.linked(links)?;
        }
    }

    fn product(&mut self) -> Result<Expr> {
        let mut left = self.unary()?;
        let mut links = 0;
        loop {
            let operator = match self.kind() {
                Some(TokenKind::Star) => "*",
                Some(TokenKind::Slash) => "/",
                Some(TokenKind::Percent) => "%",
                _ => return Ok(left),
            };
            self.advance();
            left = binary(operator, left, self.unary()?);
            links = self.linked(links)?;
        }
    }

    /// Counts the links of a chain such as `a + b + c`, each of which nests the tree one deeper.
    fn linked(&self, links: usize) -> Result<usize> {
        const MOST: usize = 1000;
        if links >= MOST {
            let message = format!("the expression chains more than {MOST} operators: split it");
            return Err(EngineError::syntax(self.offset(), message));
        }
        Ok(links + 1)
    }

    fn unary(&mut self) -> Result<Expr> {
        let offset = self.offset();
        match self.kind() {
            Some(TokenKind::Minus) => self.nested(|parser| {
                parser.advance();
                let kind = ExprKind::Minus(Box::new(parser.unary()?));
                Ok(Expr { kind, offset })
            }),
            Some(TokenKind::Plus) => self.nested(|parser| {
                parser.advance();
                parser.unary()
            }),
            _ => self.postfix(),
        }
    }

    /// Takes a primary expression with members and indexes behind it.
    pub(in crate::engine) fn postfix(&mut self) -> Result<Expr> {
        let mut value = self.primary()?;
        let offset = value.offset;
        let mut links = 0;
        loop {
            let kind = match self.kind() {
                Some(TokenKind::Dot) => self.member(value)?,
                Some(TokenKind::OpenBracket) => {
                    self.advance();
                    let index = self.scalar()?;
                    self.expect(TokenKind::CloseBracket, "']'")?;
                    ExprKind::Index(Box::new(value), Box::new(index))
                }
                _ => return Ok(value),
            };
            value = Expr { kind, offset };
            links = self.linked(links)?;
        }
    }

    fn member(&mut self, value: Expr) -> Result<ExprKind> {
        self.advance();
        if self.at_name() {
            if matches!(&value.kind, ExprKind::Call(call) if call.name == "cluster") {
                return Err(EngineError::not_supported("cluster()").at(value.offset));
            }
            return Ok(ExprKind::Member(Box::new(value), self.any_name()?));
        }
        // `value.[index]` is `value[index]`.
        self.expect(TokenKind::OpenBracket, "a name")?;
        let index = self.scalar()?;
        self.expect(TokenKind::CloseBracket, "']'")?;
        Ok(ExprKind::Index(Box::new(value), Box::new(index)))
    }

    fn primary(&mut self) -> Result<Expr> {
        let offset = self.offset();
        if let Some(kind) = self.literal()? {
            return Ok(Expr { kind, offset });
        }
        let kind = match self.kind() {
            Some(TokenKind::OpenParen) => {
                self.advance();
                let mut inner = self.query()?;
                self.expect(TokenKind::CloseParen, "')'")?;
                inner.offset = offset;
                return Ok(inner);
            }
            Some(TokenKind::Star) => {
                self.advance();
                ExprKind::Star
            }
            Some(TokenKind::Name) => self.word()?,
            Some(TokenKind::OpenBracket) => ExprKind::Name(self.name()?),
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr { kind, offset })
    }

    /// Takes an expression that starts with a word: a source, a call, a name.
    fn word(&mut self) -> Result<ExprKind> {
        let word = self.text_ahead(0);
        let called = self.kind_ahead(1) == Some(TokenKind::OpenParen);
        if let Some(source) = registry::source(self) {
            self.hyphenated()?;
            return Ok(ExprKind::Source((source.parse)(self)?));
        }
        registry::refuse_source(self)?;
        match word {
            "typeof" if called => {
                self.advance();
                Ok(ExprKind::Type(self.parenthesized(Self::type_name)?.first().copied().unwrap_or(ColumnType::Dynamic)))
            }
            "$left" => {
                self.advance();
                Ok(ExprKind::Side(JoinSide::Left))
            }
            "$right" => {
                self.advance();
                Ok(ExprKind::Side(JoinSide::Right))
            }
            _ => self.name_or_call(),
        }
    }

    fn name_or_call(&mut self) -> Result<ExprKind> {
        if self.kind_ahead(1) != Some(TokenKind::OpenParen) {
            return Ok(ExprKind::Name(self.reference()?));
        }
        let name = self.any_name()?;
        let arguments = self.parenthesized(Self::argument)?;
        Ok(ExprKind::Call(Call { name, arguments }))
    }

    /// Takes `expression` or `name = expression`, as between the parentheses of a call.
    pub(in crate::engine) fn argument(&mut self) -> Result<Argument> {
        let named = self.is(TokenKind::Name) && self.kind_ahead(1) == Some(TokenKind::Equal);
        let name = if named { Some(self.name()?) } else { None };
        if named {
            self.advance();
        }
        Ok(Argument { name, value: self.query()? })
    }

    /// Takes `name = expression`, `(a, b) = expression` or an expression.
    pub(in crate::engine) fn named(&mut self) -> Result<NamedExpr> {
        let names = if self.at_names_in_parentheses() {
            self.parenthesized(Self::name)?
        } else if self.at_name_before_equal() {
            vec![self.name()?]
        } else {
            Vec::new()
        };
        if !names.is_empty() {
            self.expect(TokenKind::Equal, "'='")?;
        }
        Ok(NamedExpr { names, value: self.scalar()? })
    }

    /// Whether `name =` stands here.
    pub(in crate::engine) fn at_name_before_equal(&self) -> bool {
        let length = if self.is(TokenKind::Name) { 1 } else { 3 };
        self.at_name() && self.kind_ahead(length) == Some(TokenKind::Equal)
    }

    fn at_names_in_parentheses(&self) -> bool {
        if !self.is(TokenKind::OpenParen) {
            return false;
        }
        let mut ahead = 1;
        loop {
            if self.kind_ahead(ahead) != Some(TokenKind::Name) {
                return false;
            }
            match self.kind_ahead(ahead + 1) {
                Some(TokenKind::Comma) => ahead += 2,
                Some(TokenKind::CloseParen) => return self.kind_ahead(ahead + 2) == Some(TokenKind::Equal),
                _ => return false,
            }
        }
    }
}

impl Expr {
    /// The expression, with a null in its place.
    fn take(&mut self) -> Self {
        let kind = std::mem::replace(&mut self.kind, ExprKind::Literal(Value::Null, ColumnType::Dynamic));
        Self { kind, offset: self.offset }
    }
}

fn binary(operator: &'static str, left: Expr, right: Expr) -> Expr {
    let offset = left.offset;
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), offset }
}

/// The only term itself, or all of them under `join`.
fn only_or(mut terms: Vec<Expr>, offset: usize, join: fn(Vec<Expr>) -> ExprKind) -> Expr {
    match (terms.len(), terms.pop()) {
        (1, Some(term)) => term,
        (_, last) => {
            terms.extend(last);
            Expr { kind: join(terms), offset }
        }
    }
}
